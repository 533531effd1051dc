// Reading an article aloud or in large type. Each button is shown only where the browser can do it; Print is theme.js's.

const article = document.querySelector("[data-article]");
const listen = document.querySelector("[data-listen]");
const large = document.querySelector("[data-large]");

if (large && article) {
  let kept = null;
  try { kept = localStorage.getItem("ebb-type"); } catch { /* private mode: not kept */ }
  const set = (on) => {
    article.classList.toggle("large", on);
    large.setAttribute("aria-pressed", String(on));
  };
  set(kept === "large");
  large.hidden = false;
  large.addEventListener("click", () => {
    const on = !article.classList.contains("large");
    set(on);
    try { localStorage.setItem("ebb-type", on ? "large" : "usual"); } catch { /* not kept */ }
  });
}

// The browser's own voice. One part after the other, so that stopping is quick and the part being read can be marked.
if (listen && article && "speechSynthesis" in window) {
  const words = listen.querySelector("span");
  const start = words.textContent;
  const parts = () => [...article.querySelectorAll("h1, .standfirst, .prose :is(h2, h3, p, li)")].filter((one) => !one.querySelector("p, li"));
  let run = 0;

  const mark = (part) => {
    article.querySelectorAll(".being-read").forEach((one) => one.classList.remove("being-read"));
    part?.classList.add("being-read");
  };
  const stop = () => {
    run += 1;
    speechSynthesis.cancel();
    mark(null);
    words.textContent = start;
    listen.setAttribute("aria-pressed", "false");
  };
  const read = (queue, mine) => {
    if (mine !== run) return;
    const [part, ...rest] = queue;
    if (!part) { stop(); return; }
    const said = new SpeechSynthesisUtterance(part.textContent);
    said.lang = document.documentElement.lang;
    said.rate = 0.9;
    said.onstart = () => { if (mine === run) mark(part); };
    said.onend = () => read(rest, mine);
    said.onerror = () => { if (mine === run) stop(); };
    speechSynthesis.speak(said);
  };

  listen.hidden = false;
  listen.setAttribute("aria-pressed", "false");
  listen.addEventListener("click", () => {
    if (listen.getAttribute("aria-pressed") === "true") { stop(); return; }
    speechSynthesis.cancel();
    run += 1;
    words.textContent = listen.dataset.stop;
    listen.setAttribute("aria-pressed", "true");
    read(parts(), run);
  });
  addEventListener("pagehide", stop);
}
