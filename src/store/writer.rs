//! The one thread that writes to `SQLite`.
//!
//! One connection at a time can write. Threads that contend for it through a pool sleep in the busy handler; a queue
//! before one thread costs nothing to wait in, and whatever waits shares one commit, that is one flush to the disk.
//! Nothing waits on purpose for more work: while a commit lasts, the next group gathers by itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use diesel::connection::SimpleConnection;

use super::conn::Link;
use super::error::{Ailment, StoreError};
use super::job::{Job, Verdict};
use super::sqlite::SqliteFile;

/// How the writer works.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habits {
    /// Writes that may wait.
    pub(super) queue: usize,
    /// Writes that share a commit at most.
    pub(super) group: usize,
    /// How often the lock of another process is waited for, each time as long as the connection's busy timeout.
    pub(super) busy_attempts: u32,
}

/// The queue's near end.
pub(super) struct Writer {
    queue: RwLock<Option<SyncSender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread with a connection that is already open.
    pub(super) fn start(file: SqliteFile, link: Link, habits: Habits) -> Result<Self, StoreError> {
        let (queue, waiting) = sync_channel(habits.queue.max(1));
        let desk = Desk { file, link: Some(link), habits };
        let thread = std::thread::Builder::new()
            .name("doorward-writer".into())
            .spawn(move || desk.serve(&waiting))
            .map_err(|error| StoreError::Unavailable(format!("no thread to write: {error}")))?;
        Ok(Self { queue: RwLock::new(Some(queue)), thread: Mutex::new(Some(thread)) })
    }

    /// Queues a write, or says at once that it cannot be.
    pub(super) fn submit(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let queue = self.queue.read().unwrap_or_else(PoisonError::into_inner);
        let queue = queue.as_ref().ok_or_else(StoreError::closing)?;
        queue.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::Overloaded,
            TrySendError::Disconnected(_) => StoreError::closing(),
        })
    }

    /// Takes no more, lets what waits be written, and returns when the thread has ended.
    pub(super) fn close(&self) {
        self.queue.write().unwrap_or_else(PoisonError::into_inner).take();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A closure that owned the last store drops it on this very thread, which cannot wait for itself.
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                tracing::error!("the database writer ended by a panic");
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

/// The thread's own: the connection is missing while it is distrusted.
struct Desk {
    file: SqliteFile,
    link: Option<Link>,
    habits: Habits,
}

impl Desk {
    fn serve(mut self, waiting: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = waiting.recv() {
            let mut jobs = vec![first];
            jobs.extend(waiting.try_iter().take(self.habits.group.saturating_sub(1)));
            // A panic outside the closures (dropping what one captured) must not end the writer.
            if catch_unwind(AssertUnwindSafe(|| self.settle(jobs))).is_err() {
                self.link = None;
            }
        }
        if let Some(mut link) = self.link
            && let Err(error) = link.conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
        {
            tracing::warn!(%error, "the write-ahead log was left for the next start to apply");
        }
    }

    /// Answers every job.
    fn settle(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let runs = if jobs.len() > 1 {
            if self.together(&mut jobs) {
                jobs.into_iter().for_each(Job::answer);
                return;
            }
            1
        } else {
            2
        };
        for job in jobs {
            self.alone(job, runs);
        }
    }

    /// One transaction for all, a savepoint for each. False when the group failed as a whole and nothing is written.
    fn together(&mut self, jobs: &mut Vec<Box<dyn Job>>) -> bool {
        let mut link = match self.begin() {
            Ok(link) => link,
            Err(error) => {
                for job in jobs.iter_mut() {
                    job.fail(error.clone());
                }
                return true;
            }
        };
        jobs.retain(|job| !job.abandoned());
        for job in jobs.iter_mut() {
            if link.conn.begin_savepoint().is_err() {
                return self.spoilt(link);
            }
            let mut verdict = job.run(&mut link.conn);
            if link.health.outage() {
                return self.spoilt(link);
            }
            if verdict == Verdict::Keep && link.conn.depth() != Some(2) {
                job.fail(UNBALANCED);
                verdict = Verdict::Undo;
            }
            let settled = match verdict {
                Verdict::Keep => link.conn.commit().is_ok(),
                Verdict::Undo => link.conn.unwind_to(1),
            };
            if !settled {
                return self.spoilt(link);
            }
        }
        if link.conn.commit().is_err() {
            return self.spoilt(link);
        }
        self.link = Some(link);
        true
    }

    /// One transaction for one job, tried `runs` times if the transaction, and not the job's own rule, fails.
    fn alone(&mut self, mut job: Box<dyn Job>, runs: u32) {
        for run in 1..=runs {
            if job.abandoned() {
                return;
            }
            let mut link = match self.begin() {
                Ok(link) => link,
                Err(error) => {
                    job.fail(error);
                    break;
                }
            };
            let verdict = job.run(&mut link.conn);
            let outage = link.health.outage();
            match verdict {
                Verdict::Keep if outage => job.fail(StoreError::Misused("it passed over a failure of the database")),
                Verdict::Keep if link.conn.depth() != Some(1) => {
                    job.fail(UNBALANCED);
                    self.spoilt(link);
                    break;
                }
                Verdict::Keep => match link.conn.commit() {
                    Ok(()) => {
                        self.link = Some(link);
                        break;
                    }
                    Err(error) => job.fail(error.into()),
                },
                Verdict::Undo if outage => {}
                Verdict::Undo => {
                    self.spoilt(link);
                    break;
                }
            }
            tracing::warn!(run, "a write failed with its transaction");
            self.spoilt(link);
        }
        job.answer();
    }

    /// Opens a transaction on a connection that works: waits for another process's lock, reopens the file once.
    fn begin(&mut self) -> Result<Link, StoreError> {
        let mut waits = self.habits.busy_attempts;
        let mut reopened = false;
        loop {
            let mut link = if let Some(link) = self.link.take() {
                link
            } else {
                reopened = true;
                self.file.connect()?
            };
            link.health.clear();
            let Err(error) = link.conn.begin_write() else {
                return Ok(link);
            };
            if Ailment::of(&error) == Some(Ailment::Contention) {
                self.link = Some(link);
                self.file.busy();
                waits = waits.checked_sub(1).ok_or(StoreError::Busy)?;
            } else if reopened {
                return Err(error.into());
            }
        }
    }

    /// Rolls everything back; keeps the connection if it came back clean and met no outage. Always false.
    fn spoilt(&mut self, mut link: Link) -> bool {
        if link.conn.unwind_to(0) && !link.health.outage() {
            self.link = Some(link);
        }
        false
    }
}

const UNBALANCED: StoreError = StoreError::Misused("it left a transaction open");
