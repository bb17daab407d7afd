// Starts `doorward serve --demo` in an empty folder on free ports, and ends it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? path.join(repository, 'target');
export const binary = process.env.TEST_DOORWARD_BIN ?? path.join(target, 'debug', 'doorward');

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;

/** The environment without the settings of whoever runs the tests. */
export function plainEnvironment(more = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(DOORWARD|ROCKET)_/.test(name));
  return { ...Object.fromEntries(kept), ...more };
}

async function isFree(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/**
 * The first of eight free ports in a row: the server's, and those of the demo above it. Below the range that the system hands
 * out, above the ones that browsers refuse (10080).
 */
export async function freePorts(count = 8) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const first = 11_000 + Math.floor(Math.random() * 19_000);
    const free = await Promise.all(Array.from({ length: count }, (_, offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
  throw new Error('no free ports in a row');
}

function within(limit, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${limit} ms`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * A running demo: `issuer`, `app`, `username`, `password` as the server printed them on its one JSON line,
 * `log()` with what it wrote to standard error so far, `command(args, input)`, `stop()`.
 */
export async function startDemo() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'doorward-browser-'));
  const port = await freePorts();
  const child = spawn(binary, ['serve', '--demo', '--json'], {
    cwd: folder,
    env: plainEnvironment({ ROCKET_PORT: String(port) }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);

  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { log += text; });
  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => resolve({ code: error.code, signal: null }));
  });
  const announced = new Promise((resolve, reject) => {
    child.once('error', reject);
    ended.then(({ code }) => reject(new Error(`doorward ended with ${code} before it was ready:\n${log}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) resolve(JSON.parse(line));
    });
  });

  /** Ends it and its folder. Told to end gently, it must do so with 0; that takes seconds while a browser is connected. */
  async function stop({ gently = true } = {}) {
    child.kill(gently ? 'SIGTERM' : 'SIGKILL');
    try {
      const { code, signal } = await within(STOP_LIMIT_MS, ended, 'stopping on SIGTERM');
      if (gently && code !== 0) throw new Error(`doorward ended with ${code ?? signal} on SIGTERM:\n${log.slice(-4000)}`);
    } finally {
      child.kill('SIGKILL');
      process.removeListener('exit', killAtExit);
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Runs the command line beside the server; gives the JSON that it prints. */
  function command(args, input = '') {
    const env = plainEnvironment({ DOORWARD_DATABASE_URL: 'sqlite://doorward-demo.db' });
    return JSON.parse(execFileSync(binary, [...args, '--json'], { cwd: folder, env, input, encoding: 'utf8' }));
  }

  try {
    const said = await within(START_LIMIT_MS, announced, 'starting doorward');
    for (const name of ['issuer', 'app', 'username', 'password']) {
      if (typeof said[name] !== 'string') throw new Error(`the JSON line lacks "${name}": ${JSON.stringify(Object.keys(said))}`);
    }
    return { ...said, issuer: said.issuer.replace(/\/$/, ''), app: said.app.replace(/\/$/, ''), log: () => log, command, stop };
  } catch (error) {
    await stop({ gently: false }).catch(() => {});
    throw error;
  }
}
