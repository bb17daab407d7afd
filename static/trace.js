// Follows the glass box live: asks every two seconds whether something is new, and if so takes it from the page itself.
// Opened parts stay open. Ends after half an hour, and rests while nobody looks.
const watched = document.getElementById("live");
let left = 900;

async function look() {
  if (document.hidden) return;
  left -= 1;
  try {
    const mark = await fetch(watched.dataset.follow, { cache: "no-store" });
    if (mark.ok && (await mark.text()).trim() !== watched.dataset.mark) await renew();
  } catch {
    // The server is away: it is asked again.
  }
  if (left <= 0) clearInterval(timer);
}

async function renew() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("live");
  if (!fresh) return;
  const focused = document.activeElement?.closest?.("[id]")?.id;
  for (const part of watched.querySelectorAll("details[id]")) {
    const again = fresh.querySelector(`#${CSS.escape(part.id)}`);
    if (again) again.open = part.open;
  }
  watched.dataset.mark = fresh.dataset.mark;
  watched.replaceChildren(...fresh.childNodes);
  if (focused && focused !== "live") document.getElementById(focused)?.querySelector("summary, a")?.focus({ preventScroll: true });
}

const timer = setInterval(look, 2000);
