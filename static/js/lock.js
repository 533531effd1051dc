// The privacy screen. Without a touch for a while the page is taken off the screen (not only covered), the server is told
// to refuse everything, and whoever comes back types a PIN or password. What was half typed waits in memory for its
// owner; a colleague who comes instead gets a page of their own, and it is gone.
// Without scripts the server locks by itself after its idle limit.

const lock = document.querySelector("form[data-lock]");
const away = document.createDocumentFragment();
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("ebb-lock") : null;
let covered = false;
let seen = ebbClock.mark();
let told = seen; // "I am here", as far as the server knows
let before = null;

// The lock screen's number pad, here and on the page of its own.
function arm(root) {
  root.querySelectorAll("[data-keypad]").forEach((keypad) => {
    const input = root.querySelector(keypad.dataset.keypad);
    keypad.hidden = false;
    if (matchMedia("(pointer: coarse)").matches) input.inputMode = "none";
    keypad.addEventListener("click", (event) => {
      const key = event.target.closest("button")?.dataset.key;
      if (key === undefined) return;
      input.value = key === "" ? input.value.slice(0, -1) : (input.value + key).slice(0, input.maxLength);
    });
  });
}

const lockPage = () => `${lock.getAttribute("action")}?next=${encodeURIComponent(location.pathname + location.search)}`;

function send(fields, accept) {
  const body = new FormData(lock);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return fetch(lock.action, { method: "POST", body, headers: { Accept: accept } });
}

// A page goes back on the screen for the person it was shown to, and for nobody else.
function mine(who) { return String(who) === lock.dataset.who; }

function renew(token) {
  document.querySelectorAll('input[name="csrfmiddlewaretoken"]').forEach((input) => { input.value = token; });
}

async function cover() {
  if (covered) return;
  covered = true;
  before = { title: document.title, look: document.body.className, focus: document.activeElement, at: scrollY };
  away.append(...document.body.childNodes);
  document.title = lock.dataset.title;
  document.body.className = "covered";
  tabs?.postMessage({ locked: true });
  show(lock.querySelector("template").content.cloneNode(true));
  await ask();
}

function show(what) {
  document.body.replaceChildren(what);
  arm(document);
  (document.querySelector("[data-first]") ?? document.querySelector("h1"))?.focus();
}

// Tell the server, and show what it asks for. Without a connection the page stays off the screen.
async function ask() {
  const problem = document.querySelector("[data-no-connection]");
  try {
    const answer = await send({ do: "lock", next: location.pathname + location.search }, "text/html");
    if (answer.redirected || !answer.ok) { location.replace(lockPage()); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    show(document.adoptNode(page.querySelector("main")));
  } catch {
    problem.hidden = false;
    problem.querySelector("button").addEventListener("click", () => { problem.hidden = true; ask(); }, { once: true });
  }
}

function uncover(token) {
  document.body.replaceChildren(away);
  document.body.className = before.look;
  document.title = before.title;
  renew(token);
  scrollTo(0, before.at);
  before.focus?.focus?.({ preventScroll: true });
  covered = false;
  seen = told = ebbClock.mark();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (lock && form.matches("form[data-lock-now]")) { event.preventDefault(); cover(); return; }
  if (!covered || !form.matches("form[data-unlock]")) return;
  event.preventDefault();
  const problem = document.querySelector("[data-problem]");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    if (answer.status === 403) { location.replace(lockPage()); return; } // somebody else came back in another tab
    const said = await answer.json();
    if (said.token) tabs?.postMessage({ token: said.token, who: said.who });
    if (said.unlocked && mine(said.who)) { uncover(said.token); return; }
    if (said.go) { away.replaceChildren(); location.replace(said.go); return; }
    problem.textContent = said.problem ?? said.problems[""];
  } catch {
    problem.textContent = problem.dataset.failed;
  }
  problem.hidden = false;
  const input = form.querySelector('input[type="password"]');
  input.value = "";
  input.focus();
});

function touched() {
  if (covered || ebbClock.since(seen) < 1000) return;
  seen = ebbClock.mark();
  tabs?.postMessage({ touched: true });
}

async function look() {
  if (covered) return;
  const quiet = ebbClock.since(seen) / 1000;
  const after = Number(lock.dataset.after);
  const warning = document.querySelector("[data-lock-warning]");
  if (quiet >= after) { cover(); return; }
  warning.hidden = quiet < after - Number(lock.dataset.warn);
  if (seen.ticks > told.ticks && ebbClock.since(told) > 60_000) {
    told = ebbClock.mark();
    try {
      const answer = await send({ do: "stay" }, "application/json");
      if (answer.ok && (await answer.json()).locked) cover();
    } catch { /* no connection: the page says so where it matters */ }
  }
}

arm(document);
if (lock) {
  for (const name of ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"]) addEventListener(name, touched, { passive: true, capture: true });
  document.addEventListener("visibilitychange", look);
  setInterval(look, 1000);
  tabs?.addEventListener("message", ({ data }) => {
    if (data.touched) seen = ebbClock.mark();
    if (data.locked) cover();
    if (data.token && !mine(data.who)) location.replace("/");
    else if (data.token) { if (covered) uncover(data.token); else renew(data.token); }
  });
  // A page that Back brings from memory shows nothing until the server has been asked again.
  addEventListener("pagehide", () => document.documentElement.classList.add("away"));
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); else document.documentElement.classList.remove("away"); });
}
