// The staff check-in: what is rated so far, what it was last time (only once it is rated), and a draft that is kept.
// Everything here is comfort: without it the form is complete and the server scores it.

const form = document.getElementById("check-in");
const was = JSON.parse(document.getElementById("was")?.textContent || "null");
const items = [...form.querySelectorAll(".item[data-item]")];
const scored = items.filter((item) => item.dataset.kind !== "count");
const sum = document.querySelector("#sum strong");
const kept = document.getElementById("draft-words");
const ticks = form.querySelector(".ticks");
const words = JSON.parse(document.getElementById("script-words").textContent);
const say = (name, values) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);

function stepOf(item) {
  const rate = Number.parseFloat(item.querySelector(".field input").value.replace(",", "."));
  if (!Number.isFinite(rate)) return null;
  let found = null;
  for (const step of item.querySelector(".score").dataset.steps.split("|")) {
    const [from, value, label] = step.split(":");
    if (found === null || rate >= Number(from)) found = { value: Number(value), label };
  }
  return item.querySelector(".cause input").value.trim() ? { value: 0, label: words.cause } : found;
}

function valueOf(item) {
  if (item.dataset.kind === "measured") return stepOf(item)?.value ?? null;
  if (item.dataset.kind === "quantity") {
    const typed = item.querySelector("input").value.trim().replace(",", ".");
    if (typed === "" || Number.isNaN(Number(typed))) return null;
    // Above 60 it is Fahrenheit, and is kept in Celsius.
    return "fahrenheit" in item.dataset && Number(typed) > 60 ? Math.round((Number(typed) - 32) * 50 / 9) / 10 : Number(typed);
  }
  const chosen = item.querySelector("input:checked");
  return chosen ? Number(chosen.value) : null;
}

function showWas(item, now) {
  const place = item.querySelector(".was");
  const before = was?.answers[item.dataset.item];
  if (now === null || typeof before !== "number") { place.textContent = ""; return; }
  const by = Math.abs(Math.round((now - before) * 10) / 10);
  const name = now === before ? "same" : now > before ? "up" : "down";
  place.textContent = say(name, { before, now, by, time: was.at });
}

function showMeasured(item) {
  const place = item.querySelector(".score");
  const step = stepOf(item);
  if (!step) { place.replaceChildren(); return; }
  const number = document.createElement("b");
  number.textContent = step.value;
  const label = document.createElement("span");
  label.className = "quiet";
  label.textContent = step.label;
  place.replaceChildren("\u2192 ", number, label);
}

function showUsual(item, now) {
  const place = item.querySelector(".usual");
  const input = item.querySelector("input");
  if (!place || !input.dataset.usual) return;
  const [low, high] = input.dataset.usual.split(":").map(Number);
  const strange = now !== null && (now < low || now > high);
  place.textContent = strange ? say("usual", { low, high }) : "";
}

function show() {
  let rated = 0;
  let points = 0;
  const done = [];
  for (const item of items) {
    const now = valueOf(item);
    showWas(item, now);
    if (item.dataset.kind === "measured") showMeasured(item);
    if (item.dataset.kind === "quantity") showUsual(item, now);
    if (item.dataset.kind !== "count") {
      done.push(now !== null);
      if (now !== null) { rated += 1; points += now; }
    }
  }
  const total = scored.length;
  const count = say(form.dataset.sum === "no" ? "filled" : "rated", { n: rated, all: total });
  const summed = form.dataset.sum === "points" && rated > 0;
  sum.textContent = summed ? say(rated === total ? "points" : "atLeast", { rated: count, points }) : count;
  ticks.replaceChildren(...done.map((on) => { const tick = document.createElement("i"); if (on) tick.className = "on"; return tick; }));
}

// A draft after every change, half a second later. It says when it was kept; if it could not be, it says that too.
let waiting = 0;
async function keep() {
  if (!form.dataset.draft || form.dataset.sending) return;
  const asked = ebbClock.mark();
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form), redirect: "error", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    ebbClock.heard(answer, asked);
    kept.textContent = say("kept", { time: (await answer.json()).kept });
  } catch {
    kept.textContent = words.notKept;
  }
}

form.addEventListener("input", () => {
  show();
  clearTimeout(waiting);
  waiting = setTimeout(keep, 500);
});
form.addEventListener("submit", () => clearTimeout(waiting));
document.getElementById("not-done")?.addEventListener("toggle", (event) => { if (event.target.open) event.target.querySelector("input").focus(); });

// "Now" is when it is saved: its clock goes on while the form is open.
const now = document.querySelector("[data-now-in]");
if (now) {
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: now.dataset.nowIn, hour: "2-digit", minute: "2-digit" });
  setInterval(() => { now.textContent = now.textContent.replace(/\d\d:\d\d/, clock.format(ebbClock.now())); }, 20000);
}

show();
document.getElementById("problems")?.focus();
