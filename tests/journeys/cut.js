// What of a table is cut, or runs out of its cell into the next one. `asked.cells` are the cells to look at; anything that is
// only for screen readers is left out. Measured by the words themselves, because a box can be small and its words large.
({ cells }) => {
  const found = [];
  const drawn = (one) => {
    for (let part = one; part && part !== document.body; part = part.parentElement) {
      const { display, visibility } = getComputedStyle(part);
      if (display === "none" || visibility === "hidden" || part.classList.contains("visually-hidden")) return false;
    }
    return true;
  };
  for (const cell of document.querySelectorAll(cells)) {
    const box = cell.getBoundingClientRect();
    if (!box.width || !drawn(cell)) continue;
    const { overflowX } = getComputedStyle(cell);
    if (overflowX !== "visible" && cell.scrollWidth > cell.clientWidth + 1) found.push(`cut: ${cell.textContent.trim()}`);
    const parts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let part = parts.nextNode(); part; part = parts.nextNode()) {
      const text = part.nodeType === Node.TEXT_NODE;
      if (text ? !part.data.trim() : !part.matches(".btn, .chip, svg")) continue;
      if (!drawn(text ? part.parentElement : part)) continue;
      const range = document.createRange();
      range.selectNodeContents(part);
      const places = text ? [...range.getClientRects()] : [part.getBoundingClientRect()];
      const words = (part.textContent.trim() || part.nodeName).slice(0, 40);
      for (const { left, right } of places)
        if (right > box.right + 1 || left < box.left - 1) found.push(`out by ${Math.round(right - box.right)}: ${words}`);
    }
  }
  return found;
}
