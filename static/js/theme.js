// Day or night, before the first paint: loaded without defer from <head>, so that there is no white flash.
// What was chosen on this device wins, then the system's setting. Only the word "light" or "dark" is kept, in a cookie:
// signing out empties the browser's storage, and the night must not turn white by that.
(() => {
  const root = document.documentElement;
  const kept = document.cookie.match(/(?:^|; )theme=(dark|light)/)?.[1];
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const set = (theme) => {
    root.dataset.bsTheme = theme;
    document.querySelectorAll("[data-theme-toggle]").forEach((button) => {
      button.setAttribute("aria-pressed", String(theme === "dark"));
      button.hidden = false;
    });
  };
  set(kept ?? system);

  addEventListener("DOMContentLoaded", () => {
    set(root.dataset.bsTheme);
    document.querySelectorAll("[data-theme-toggle]").forEach((button) => button.addEventListener("click", () => {
      const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      set(theme);
      document.cookie = `theme=${theme}; path=/; max-age=31536000; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
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

    // A second click on a button that is already sending does nothing; the server would see the same id anyway. Whoever
    // tapped sees within a second that it is on its way, and after some that this takes longer than usual.
    const bar = document.querySelector("[data-sending-now]");
    document.querySelectorAll("form[data-once]").forEach((form) => form.addEventListener("submit", (event) => {
      if (form.dataset.sending) { event.preventDefault(); return; }
      form.dataset.sending = "yes";
      const shown = [
        setTimeout(() => { bar.hidden = false; }, 400),
        setTimeout(() => { bar.querySelector("[data-slow]").hidden = false; }, 8000),
      ];
      addEventListener("pageshow", () => {
        delete form.dataset.sending;
        shown.forEach(clearTimeout);
        bar.hidden = bar.querySelector("[data-slow]").hidden = true;
      }, { once: true });
    }));
  });
})();
