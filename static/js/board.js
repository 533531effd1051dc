// The open board: fetched again every half minute, without a row moving under a finger. Without this the page is whole,
// and as old as the time printed on it.

const place = document.getElementById("board");
const stale = document.getElementById("stale");
const changed = document.getElementById("changed");
const words = JSON.parse(document.getElementById("script-words").textContent);
const EVERY = 30_000;
const TOO_OLD = 90_000;
const STILL = 3_000;
const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
const clock = (at) => at.toLocaleTimeString("en-GB", { timeZone: place.dataset.zone });

let etag = "";
let heard = ebbClock.mark();
let heardAt = ebbClock.now(); // by the server's clock
let touched = null;
let waiting = null;

const stays = (root) => [...root.querySelectorAll("[data-stay]")];
const order = (root) => stays(root).map((row) => row.dataset.stay).join(" ");
const busy = () => (touched && ebbClock.since(touched) < STILL) || place.contains(document.activeElement);

function fresh() {
  document.getElementById("fresh").textContent = say("updated", { time: clock(heardAt) });
  document.body.classList.remove("is-stale");
  stale.hidden = true;
}

// Each row gets its new content where it stands; only the order waits.
function inPlace(body) {
  const now = new Map(stays(body).map((row) => [row.dataset.stay, row]));
  const held = document.activeElement?.closest?.("[data-stay]");
  for (const row of stays(place)) {
    const other = now.get(row.dataset.stay);
    if (other && row !== held && row.outerHTML !== other.outerHTML) row.replaceWith(other.cloneNode(true));
  }
  const head = place.querySelector(".board-head");
  if (head && !head.contains(document.activeElement)) head.replaceWith(body.querySelector(".board-head").cloneNode(true));
}

function show(body) {
  if (order(body) === order(place)) { inPlace(body); waiting = null; changed.hidden = true; return; }
  if (busy()) { inPlace(body); waiting = body; changed.textContent = say("changed"); changed.hidden = false; return; }
  place.replaceChildren(...body.childNodes);
  waiting = null;
  changed.hidden = true;
}

async function look() {
  const asked = ebbClock.mark();
  try {
    const answer = await fetch(place.dataset.rows, { headers: etag ? { "If-None-Match": etag } : {}, signal: AbortSignal.timeout(20_000), redirect: "error" });
    if (answer.status !== 304) {
      if (!answer.ok) throw new Error(answer.status);
      const body = document.createElement("div");
      body.innerHTML = await answer.text();
      if (!body.querySelector(".board-head")) throw new Error("not a board");
      etag = answer.headers.get("ETag") ?? "";
      show(body);
    }
    ebbClock.heard(answer, asked);
    heard = ebbClock.mark();
    heardAt = ebbClock.now();
    fresh();
  } catch {
    check();
  }
}

function check() {
  if (ebbClock.since(heard) < TOO_OLD) return;
  stale.textContent = say("stale", { time: clock(heardAt) });
  stale.hidden = false;
  document.body.classList.add("is-stale");
}

for (const event of ["pointerdown", "pointermove", "wheel", "keydown", "touchmove"]) {
  place.addEventListener(event, () => { touched = ebbClock.mark(); }, { passive: true });
}
changed.addEventListener("click", () => {
  if (waiting) place.replaceChildren(...waiting.childNodes);
  waiting = null;
  changed.hidden = true;
});
setInterval(() => { if (waiting && !busy()) show(waiting); }, 1_000);
setInterval(look, EVERY);
setInterval(check, 5_000);
addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
addEventListener("online", look);
window.ebbBoard = { look, check };
