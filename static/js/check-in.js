// The staff check-in: what is rated so far, what it was last time (only once it is rated), and a draft that is kept.
// Everything here is comfort: without it the form is complete and the server scores it.

const form = document.getElementById("check-in");
const was = JSON.parse(document.getElementById("was")?.textContent || "null");
const items = [...form.querySelectorAll(".item[data-item]")];
const scored = items.filter((item) => item.dataset.kind !== "count");
const sum = document.querySelector("#sum strong");
const kept = document.getElementById("draft-words");
const ticks = form.querySelector(".ticks");
const words = (count, one, many) => (count === 1 ? one : many);

function stepOf(item) {
  const rate = Number.parseFloat(item.querySelector(".field input").value.replace(",", "."));
  if (!Number.isFinite(rate)) return null;
  let found = null;
  for (const step of item.querySelector(".score").dataset.steps.split("|")) {
    const [from, value, label] = step.split(":");
    if (found === null || rate >= Number(from)) found = { value: Number(value), label };
  }
  return item.querySelector(".cause input").value.trim() ? { value: 0, label: "another cause" } : found;
}

function valueOf(item) {
  if (item.dataset.kind === "measured") return stepOf(item)?.value ?? null;
  if (item.dataset.kind === "quantity") {
    const typed = item.querySelector("input").value.trim().replace(",", ".");
    return typed === "" || Number.isNaN(Number(typed)) ? null : Number(typed);
  }
  const chosen = item.querySelector("input:checked");
  return chosen ? Number(chosen.value) : null;
}

function showWas(item, now) {
  const place = item.querySelector(".was");
  const before = was?.answers[item.dataset.item];
  if (now === null || typeof before !== "number") { place.textContent = ""; return; }
  const move = now === before ? "no change" : `${now > before ? "up" : "down"} ${Math.abs(Math.round((now - before) * 10) / 10)}`;
  const strong = document.createElement("b");
  strong.textContent = move;
  place.replaceChildren(now === before ? `was ${before} at ${was.at}, ` : `was ${before} at ${was.at}, now ${now}, `, strong);
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
  const celsius = item.dataset.item === "temperature" && now > 60 ? (now - 32) * 5 / 9 : now;
  const strange = now !== null && (celsius < low || celsius > high);
  place.innerHTML = "";
  if (strange) {
    const strong = document.createElement("strong");
    strong.textContent = `usual is ${low} to ${high}`;
    place.replaceChildren("Check it: ", strong);
  }
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
  sum.textContent = `${rated} of ${total} ${form.dataset.sum === "no" ? "filled in" : "rated"}`;
  if (form.dataset.sum === "points" && rated) sum.textContent += rated === total ? `, ${points} points` : `, at least ${points} so far`;
  ticks.replaceChildren(...done.map((on) => { const tick = document.createElement("i"); if (on) tick.className = "on"; return tick; }));
}

// A draft after every change, half a second later. It says when it was kept; if it could not be, it says that too.
let waiting = 0;
async function keep() {
  if (!form.dataset.draft || form.dataset.sending) return;
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form), redirect: "error", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    kept.textContent = `Kept as a draft, ${(await answer.json()).kept}`;
  } catch {
    kept.textContent = "Not kept yet: no connection. Do not close this page.";
  }
}

form.addEventListener("input", () => {
  show();
  clearTimeout(waiting);
  waiting = setTimeout(keep, 500);
});
form.addEventListener("submit", () => clearTimeout(waiting));
document.getElementById("not-done")?.addEventListener("toggle", (event) => { if (event.target.open) event.target.querySelector("input").focus(); });

show();
document.getElementById("problems")?.focus();
