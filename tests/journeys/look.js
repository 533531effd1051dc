// What is wrong with the page as it stands now: sideways scroll, targets that are too small, text cut off in buttons.
async ({ width }) => {
  // The chart is told of its new size some frames later.
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  const chart = window.ebbChart;
  for (let n = 0; chart && n < 300 && Math.abs(chart.width - chart.canvas.parentElement.clientWidth) > 1; n++) await frame();
  const wrong = [];
  const name = (one) => `${one.tagName.toLowerCase()}.${[...one.classList].join(".")} "${(one.textContent || one.name || "").trim().replace(/\s+/g, " ").slice(0, 40)}"`;

  // Compared with the width that was set: a page that is too wide may widen the window with it.
  const wide = document.scrollingElement.scrollWidth;
  if (wide > width) {
    const over = [...document.body.querySelectorAll("*")].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width && box.right > width + 1 && !one.closest(".scroll, .heat-wrap, .visually-hidden");
    });
    wrong.push(`scrolls sideways to ${wide}: ${over.slice(0, 4).map(name).join("; ")}`);
  }

  // What is tapped: the element, or what its ::after stretches to, or the label that is the whole row.
  const target = (one) => {
    if (getComputedStyle(one, "::after").position === "absolute") {
      let up = one;
      while (getComputedStyle(up).position === "static" && up.parentElement) up = up.parentElement;
      return up;
    }
    return one.matches("input") ? one.closest("label") ?? one : one;
  };
  const inSentence = (one) => {
    if (!one.matches("a") || !getComputedStyle(one).display.startsWith("inline")) return false;
    const around = [...one.parentElement.childNodes].filter((node) => node !== one && node.nodeType === Node.TEXT_NODE);
    return around.some((node) => node.textContent.trim().length > 1);
  };
  const patient = document.body.classList.contains("phone");
  const least = (one) => {
    if (one.matches(".option")) return 56;
    if (patient && one.closest(".help-sheet") && one.matches(".btn-line")) return 72;
    if (patient && (one.matches(".tile, .rate") || one.matches(".screen .btn, .under .btn"))) return one.matches(".skip-it") ? 56 : 72;
    return 44;
  };
  const seen = new Set();
  for (const one of document.querySelectorAll("a, button, input, select, textarea, summary, label")) {
    // A label above its field is a name for it; a label around its input is the target.
    if (one.matches("label") && !one.querySelector("input")) continue;
    if (one.matches("[type=hidden], .skip, [aria-hidden=true]") || !one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) continue;
    if (inSentence(one)) continue;
    const part = target(one);
    if (seen.has(part)) continue;
    seen.add(part);
    const box = part.getBoundingClientRect();
    const side = least(part);
    if (box.width + 0.5 < Math.min(side, 44) || box.height + 0.5 < side) wrong.push(`${Math.round(box.width)} x ${Math.round(box.height)}, not ${side}: ${name(part)}`);
  }

  // Text of a button stays inside it.
  for (const one of document.querySelectorAll(".btn, button, .option > span, .tile > span, .rate > span, .row-option > span, .seg a, .seg span")) {
    if (!one.checkVisibility() || one.closest(".visually-hidden") || one.matches(".visually-hidden")) continue;
    if (one.scrollWidth > one.clientWidth + 2 || one.scrollHeight > one.clientHeight + 2) wrong.push(`text does not fit (${one.scrollWidth} x ${one.scrollHeight} in ${one.clientWidth} x ${one.clientHeight}): ${name(one)}`);
    const box = one.getBoundingClientRect();
    if (box.width && (box.right > width + 1 || box.left < -1) && !one.closest(".scroll, .heat-wrap")) wrong.push(`stands outside the page: ${name(one)}`);
  }
  return wrong;
}
