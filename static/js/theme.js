// Day or night, before the first paint: loaded without defer from <head>, so that there is no white flash.
// What this person chose on this device wins, then the system's setting. Only the word "light" or "dark" is kept.
(() => {
  const root = document.documentElement;
  let kept = null;
  try { kept = localStorage.getItem("ebb-theme"); } catch { /* private mode: ask the system */ }
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const set = (theme) => {
    root.dataset.bsTheme = theme;
    document.querySelectorAll("[data-theme-toggle]").forEach((button) => {
      button.setAttribute("aria-pressed", String(theme === "dark"));
      button.hidden = false;
    });
  };
  set(kept === "dark" || kept === "light" ? kept : system);

  addEventListener("DOMContentLoaded", () => {
    set(root.dataset.bsTheme);
    document.querySelectorAll("[data-theme-toggle]").forEach((button) => button.addEventListener("click", () => {
      const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      set(theme);
      try { localStorage.setItem("ebb-theme", theme); } catch { /* not kept */ }
    }));

    // Hide: a patient puts the screen away with one tap. Nothing is sent; tapping again brings it back.
    const cover = document.querySelector("[data-cover]");
    document.querySelectorAll("[data-hide]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => cover.showModal());
    });

    document.querySelectorAll("[data-print]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => print());
    });

    // A second click on a button that is already sending does nothing; the server would see the same id anyway.
    document.querySelectorAll("form[data-once]").forEach((form) => form.addEventListener("submit", (event) => {
      if (form.dataset.sending) { event.preventDefault(); return; }
      form.dataset.sending = "yes";
      addEventListener("pageshow", () => { delete form.dataset.sending; }, { once: true });
    }));
  });
})();
