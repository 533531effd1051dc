// The screen on the wall fetches itself again every half minute, and says so when it cannot.

const stale = document.getElementById("stale");
const words = JSON.parse(document.getElementById("script-words").textContent);
let heard = ebbClock.mark();
let heardAt = ebbClock.now(); // by the server's clock

async function look() {
  const asked = ebbClock.mark();
  try {
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(20_000), redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".wall-rows");
    if (!fresh) throw new Error("not a board");
    document.querySelector(".wall-rows").replaceWith(fresh);
    document.querySelector(".fresh").replaceWith(page.querySelector(".fresh"));
    ebbClock.heard(answer, asked);
    heard = ebbClock.mark();
    heardAt = ebbClock.now();
    stale.hidden = true;
    document.body.classList.remove("is-stale");
  } catch {
    if (ebbClock.since(heard) < 90_000) return;
    stale.textContent = words.stale.replace("{time}", heardAt.toLocaleTimeString("en-GB", { timeZone: document.getElementById("main").dataset.zone }));
    stale.hidden = false;
    document.body.classList.add("is-stale");
  }
}

setInterval(look, 30_000);
