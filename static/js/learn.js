// Search as one types. The server ranks, as it does without this script; only the list of what it found is put in place.

const form = document.querySelector("[data-search]");
const field = form.elements.q;
const found = document.getElementById("found");
const shelves = document.getElementById("shelves");
const WAIT = 150;

let waiting = 0;
let asking = null;

const show = (page) => {
  const theirs = new DOMParser().parseFromString(page, "text/html");
  found.replaceChildren(...theirs.getElementById("found").childNodes);
  shelves.hidden = theirs.getElementById("shelves").hidden;
};

const ask = async () => {
  asking?.abort();
  asking = new AbortController();
  const address = new URL(form.action);
  if (field.value.trim()) address.searchParams.set("q", field.value.trim());
  try {
    const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    show(await answer.text());
    history.replaceState(null, "", address);
  } catch { /* no connection, or a newer question: the list stays as it is, and the button still works */ }
};

field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, WAIT);
});
