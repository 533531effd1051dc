// The device's clock: never trusted, only compared. Loaded without defer at the top of the body, so that what it says
// stands there before anything below is laid out, and before every module that asks how long ago something was.
//
// ebbClock.mark() and .since(mark) are "now" and "at least so many milliseconds ago"; .now() is the server's time;
// .heard(answer, asked) compares again with the Date of an answer that was fetched anyway.
(() => {
  const TOLERANCE = 120_000; // as tracker.words.times.CLOCK_TOLERANCE
  const place = document.querySelector("[data-clock]");
  const mark = () => ({ ticks: performance.now(), wall: Date.now() });
  // Ticks stand still while a device sleeps, and its clock can be set back: the longer of the two is the safe one.
  const since = (then) => Math.max(performance.now() - then.ticks, Date.now() - then.wall);

  let known = null; // the server's time, in milliseconds, at a mark
  let off = [0, 0]; // how far ahead the device's clock is, at least and at most

  // The server read `from` to `to` on its clock some time between two marks. What the way took is never held against the device.
  function compare(from, to, asked, got) {
    known = { at: to, then: got };
    off = [asked.wall - to, got.wall - from];
  }

  function heard(answer, asked) {
    const at = Date.parse(answer.headers.get("Date") ?? "");
    if (Number.isNaN(at)) return;
    compare(at, at + 999, asked, mark()); // the header leaves out the milliseconds
    show();
  }

  // As tracker.words.times.span says it.
  function span(ms) {
    const words = place.dataset;
    const minutes = Math.round(ms / 60_000);
    const hours = Math.floor(minutes / 60);
    const rest = minutes % 60;
    if (hours < 1) return words.min.replace("{n}", minutes);
    if (hours < 24 && rest) return words.hoursMin.replace("{h}", hours).replace("{m}", String(rest).padStart(2, "0"));
    return hours < 72 ? words.hours.replace("{h}", hours) : words.days.replace("{n}", Math.floor(hours / 24));
  }

  function said() {
    const by = (off[0] + off[1]) / 2;
    if (off[0] > TOLERANCE) return place.dataset.ahead.replace("{span}", span(by));
    return off[1] < -TOLERANCE ? place.dataset.behind.replace("{span}", span(-by)) : "";
  }

  function show() {
    if (!place) return;
    const words = said();
    const strong = place.querySelector("[data-says]");
    if (strong.textContent !== words) strong.textContent = words;
    place.hidden = !words;
    document.querySelectorAll('input[name$="_clock"]').forEach((input) => beside(input, words));
  }

  // Beside a time that is typed: where to take it from.
  function beside(input, words) {
    const id = `${input.id}_clock_off`;
    let hint = document.getElementById(id);
    if (!hint && words) {
      hint = document.createElement("p");
      hint.className = "hint clock-hint";
      hint.id = id;
      const field = input.closest(".ask");
      if (field.parentElement.matches(".other-time")) field.after(hint); else field.append(hint);
      input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
    }
    if (!hint) return;
    hint.textContent = words && `${words} ${place.dataset.typed}`;
    hint.hidden = !words;
  }

  // The page itself: the server's time in it was read between the first byte that went out and the first that came in.
  const written = Number(document.querySelector('meta[name="server-clock"]').content);
  const [way] = performance.getEntriesByType("navigation");
  const here = mark();
  const at = (ticks) => ({ ticks, wall: here.wall - (here.ticks - ticks) });
  if (way?.responseStart) compare(written, written, at(way.requestStart), at(way.responseStart));
  else compare(written, written, at(0), here);
  show();
  addEventListener("DOMContentLoaded", show);

  // What records something takes the device's clock along, so that the record can say that it was wrong.
  addEventListener("formdata", (event) => {
    if ("withClock" in event.target.dataset) event.formData.set("device_clock", String(Date.now()));
  });

  window.ebbClock = { mark, since, heard, now: () => new Date(known.at + since(known.then)) };
})();
