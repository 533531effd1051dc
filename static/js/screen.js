// The screen on the wall fetches itself again every half minute, and says so when it cannot.

const stale = document.getElementById("stale");
const words = JSON.parse(document.getElementById("script-words").textContent);
let heard = new Date();

async function look() {
  try {
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(20_000), redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".wall-rows");
    if (!fresh) throw new Error("not a board");
    document.querySelector(".wall-rows").replaceWith(fresh);
    document.querySelector(".fresh").replaceWith(page.querySelector(".fresh"));
    heard = new Date();
    stale.hidden = true;
    document.body.classList.remove("is-stale");
  } catch {
    if (Date.now() - heard.getTime() < 90_000) return;
    stale.textContent = words.stale.replace("{time}", heard.toLocaleTimeString("en-GB", { timeZone: document.getElementById("main").dataset.zone }));
    stale.hidden = false;
    document.body.classList.add("is-stale");
  }
}

setInterval(look, 30_000);
