// The trend chart. Everything it shows was computed on the server and stands in the table as well; colors come from
// the CSS tokens, so day and night share this file. Bands and dose lines are annotations; what Chart.js does not draw
// (course strip, windows, hatching, day ruler, panel titles) is one small plugin.

const canvas = document.getElementById("trend");
const data = JSON.parse(document.getElementById("trend-data").textContent);
const live = document.getElementById("trend-live");
Chart.register(window["chartjs-plugin-annotation"]);

const LEFT = 82;
const RIGHT = 78;
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--ebb-${name}`).trim();
const all = [...data.staff.line, ...data.staff.partial, ...data.patient.line, ...data.patient.partial]
  .filter((point) => point.y !== null).sort((a, b) => a.x - b.x);

function hatch(ctx, color, step = 6) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = step * 2;
  const t = tile.getContext("2d");
  t.scale(2, 2);
  t.strokeStyle = color;
  t.lineWidth = 1;
  t.beginPath();
  for (const o of [-step, 0, step]) { t.moveTo(o - 1, step + 1); t.lineTo(o + step + 1, -1); }
  t.stroke();
  const pattern = ctx.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(0.5));
  return pattern;
}

function build() {
  const c = Object.fromEntries(["ink", "ink-2", "ink-3", "rule", "edge", "sheet", "ground", "sea", "staff", "patient", "alert", "hatch", "sev-0", "sev-1", "sev-2", "sev-3", "sev-4"].map((name) => [name, token(name)]));
  const night = document.documentElement.dataset.bsTheme === "dark";
  const narrow = canvas.parentElement.clientWidth < 560;
  const left = narrow ? 44 : LEFT;
  const right = narrow ? 12 : night ? RIGHT + 8 : RIGHT;
  const size = night ? 13 : 12;
  const family = getComputedStyle(document.body).fontFamily;
  const font = (weight = 400, px = size) => `${weight} ${px}px ${family}`;
  const wash = (alpha) => `color-mix(in srgb, ${c.sea} ${alpha * 100}%, transparent)`;
  const shown = (list) => list.filter((one) => one.to > data.from && one.from < data.to);

  const ink = {
    id: "ebb",
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea: area, scales: { x, staff, patient } } = chart;
      const at = (h) => Math.min(area.right, Math.max(area.left, x.getPixelForValue(h)));
      ctx.save();
      // Windows: a pale wash through both panels, hatched where the edges of the hardest time are uncertain.
      shown(data.windows).forEach((w) => [staff, patient].forEach((panel) => {
        ctx.fillStyle = wash(w.slug === "hardest" ? (night ? 0.12 : 0.1) : 0.05);
        ctx.fillRect(at(w.from), panel.top, at(w.to) - at(w.from), panel.height);
        if (w.slug !== "hardest") return;
        const blur = Math.max(5, (at(data.from + data.blur) - at(data.from)));
        ctx.fillStyle = hatch(ctx, wash(0.28), 4);
        [w.from, w.to].filter((h) => h > data.from && h < data.to).forEach((h) => ctx.fillRect(at(h) - blur, panel.top, blur * 2, panel.height));
      }));
      // A gap: hatching means not known.
      [[data.staff, staff], [data.patient, patient]].forEach(([series, panel]) => shown(series.gaps).forEach((gap) => {
        const from = at(gap.from) + 8;
        const wide = at(gap.to) - 8 - from;
        if (wide < 2) return;
        ctx.fillStyle = c.ground;
        ctx.globalAlpha = night ? 0.6 : 0.75;
        ctx.fillRect(from, panel.top, wide, panel.height);
        ctx.globalAlpha = 1;
        ctx.fillStyle = hatch(ctx, c.hatch);
        ctx.fillRect(from, panel.top, wide, panel.height);
      }));
      // Now: one line through both panels, under the points.
      if (data.now !== null && data.now >= data.from && data.now <= data.to) {
        ctx.strokeStyle = c.ink;
        ctx.lineWidth = 1;
        ctx.beginPath();
        ctx.moveTo(at(data.now), staff.top - 2);
        ctx.lineTo(at(data.now), patient.bottom);
        ctx.stroke();
      }
      ctx.restore();
    },
    afterDatasetsDraw(chart) {
      const { ctx, chartArea: area, scales: { x, events, course, staff, between, patient } } = chart;
      const at = (h) => Math.min(area.right, Math.max(area.left, x.getPixelForValue(h)));
      const text = (words, px, y, { color = c["ink-2"], weight = 400, align = "left", px: fs = size, within = 0 } = {}) => {
        ctx.font = font(weight, fs);
        if (within && ctx.measureText(words).width > within) return;
        ctx.fillStyle = color;
        ctx.textAlign = align;
        ctx.textBaseline = "middle";
        ctx.fillText(words, px, y);
      };
      ctx.save();

      // Medicines given: a bar for each, name over amount.
      if (data.doses.length) text(data.givenWord, 0, events.top + 12, { color: c.ink, weight: 600, px: size + 1 });
      // Names that would run into each other are left to the table; the bar always stands. What was not taken is hollow.
      let free = area.left;
      data.doses.filter((d) => d.x >= data.from && d.x <= data.to).forEach((dose) => {
        ctx.fillStyle = ctx.strokeStyle = c.ink;
        ctx.lineWidth = 1;
        if (dose.taken) ctx.fillRect(at(dose.x) - 1.5, events.top + 4, 3, 34); else ctx.strokeRect(at(dose.x) - 2, events.top + 4.5, 4, 33);
        ctx.font = font(600);
        const wide = Math.max(ctx.measureText(dose.label).width, ctx.measureText(dose.amount).width);
        if (narrow || at(dose.x) < free || at(dose.x) + 7 + wide > area.right + right) return;
        text(dose.label, at(dose.x) + 7, events.top + 12, { color: c.ink, weight: 600 });
        text(dose.amount, at(dose.x) + 7, events.top + 29);
        free = at(dose.x) + wide + 14;
      });
      // Alerts: a diamond around the point they rest on, numbered as in the list below.
      data.alerts.filter((a) => a.x >= data.from && a.x <= data.to).forEach((alert) => {
        const px = at(alert.x);
        const py = alert.panel ? (alert.panel === "staff" ? staff : patient).getPixelForValue(alert.y) : staff.bottom - 14;
        const r = alert.panel ? 11 : 7;
        ctx.strokeStyle = c.alert;
        ctx.lineWidth = alert.urgent ? 2.5 : 1.5;
        ctx.beginPath();
        ctx.moveTo(px, py - r); ctx.lineTo(px + r, py); ctx.lineTo(px, py + r); ctx.lineTo(px - r, py); ctx.closePath();
        ctx.stroke();
        text(String(alert.n), px + r - 1, py - r + 1, { color: c.alert, weight: 600 });
      });
      // Reviewed by a supervisor: a short ink stroke at the top of the score.
      data.reviews.filter((h) => h >= data.from && h <= data.to).forEach((h) => {
        ctx.fillStyle = c.ink;
        ctx.fillRect(at(h) - 1, staff.top, 2, 12);
        if (!narrow) text(data.reviewedWord, at(h) + 5, staff.top + 8, { px: size - 1 });
      });
      // What could not be done, and why: a contact without a score.
      data.notDone.filter((n) => n.x >= data.from && n.x <= data.to).forEach((n) => {
        ctx.strokeStyle = c.staff;
        ctx.lineWidth = 1.5;
        ctx.strokeRect(at(n.x) - 3.5, staff.bottom - 11, 7, 7);
        if (data.to - data.from <= 72 && !narrow) text(n.label, at(n.x) + 7, staff.bottom - 8);
      });

      // The course strip: a bracket for each window; below it what the source documents themselves say.
      const line = course.bottom - 9;
      shown(data.windows).forEach((w) => {
        const hardest = w.slug === "hardest";
        const [from, to] = [at(w.from) + 1, at(w.to) - 1];
        ctx.strokeStyle = c["ink-3"];
        ctx.lineWidth = hardest ? 3 : 1.5;
        ctx.beginPath();
        ctx.moveTo(from, line);
        ctx.lineTo(to, line);
        ctx.stroke();
        const long = `${w.label} ${Math.max(w.from, 0)}\u2013${w.to} h`;
        ctx.font = font(hardest ? 600 : 400);
        text(ctx.measureText(long).width <= to - from ? long : w.label, from, line - 12, { color: hardest ? c.ink : c["ink-2"], weight: hardest ? 600 : 400, within: to - from + 2 });
      });
      data.documents.filter((d) => d.to >= data.from && d.from <= data.to).forEach((d) => {
        ctx.fillStyle = c.ink;
        const from = at(d.from);
        const wide = Math.max(2, at(d.to) - from);
        ctx.fillRect(d.from === d.to ? from - 1 : from, line - 33, wide, 4);
        const end = d.from > data.to - (data.to - data.from) / 4;
        if (!narrow) text(d.label, end ? from - 6 : from + wide + 6, line - 31, { align: end ? "right" : "left", px: size - 1 });
      });

      // Panel titles stand at the axis.
      text(data.staff.title, 0, staff.top + 6, { color: c.staff, weight: 700, px: size + 1 });
      text(narrow ? "" : data.staff.unit, 0, staff.top + 22);
      text(data.patient.title, 0, patient.top + (narrow ? -12 : 6), { color: c.patient, weight: 700, px: size + 1 });
      if (!narrow) {
        const [first, ...rest] = data.patient.unit.split(" ");
        text(first, 0, patient.top + 22);
        text(rest.join(" "), 0, patient.top + 37);
      }
      // Severity in words on the right edge.
      if (!narrow) data.bands.forEach((band) => {
        const y = (staff.getPixelForValue(Math.max(0, band.from - 0.5)) + staff.getPixelForValue(Math.min(48, band.to - (band.top ? 0 : 0.5)))) / 2;
        const [one, two] = band.label.length > 12 ? band.label.split(" ") : [band.label];
        if (two) { text(one, area.right + 9, y - 7); text(two, area.right + 9, y + 7); } else text(one, area.right + 9, y);
      });
      if (data.now !== null && data.now >= data.from && data.now <= data.to) {
        const end = at(data.now) > area.right - 40;
        text(data.nowWord, at(data.now) + (end ? -6 : 6), staff.top + 9, { color: c.ink, weight: 600, align: end ? "right" : "left" });
      }
      shown(data.staff.gaps).forEach((gap) => text(gap.text, (at(gap.from) + at(gap.to)) / 2, between.top + between.height / 2, { align: "center" }));

      // The day ruler under the hours.
      const top = patient.bottom + 46;
      ctx.strokeStyle = c.rule;
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(area.left, top);
      ctx.lineTo(area.right, top);
      ctx.stroke();
      data.days.forEach((day, n) => {
        const from = at(day.x);
        const to = n + 1 < data.days.length ? at(data.days[n + 1].x) : area.right;
        ctx.strokeStyle = c.edge;
        ctx.beginPath();
        ctx.moveTo(from, top);
        ctx.lineTo(from, top + 18);
        ctx.stroke();
        text(day.label, from + 6, top + 11, { color: day.today ? c.ink : c["ink-2"], weight: day.today ? 600 : 400, within: to - from - 6 });
      });
      ctx.restore();
    },
  };

  const annotations = {};
  data.bands.forEach((band, n) => {
    annotations[`band${n}`] = { type: "box", xScaleID: "x", yScaleID: "staff", yMin: Math.max(0, band.from - 0.5), yMax: band.top ? band.to : band.to - 0.5, backgroundColor: c[`sev-${n}`], borderWidth: 0, drawTime: "beforeDraw" };
  });
  annotations.patientGround = { type: "box", xScaleID: "x", yScaleID: "patient", yMin: 0, yMax: data.patient.max, backgroundColor: c["sev-0"], borderWidth: 0, drawTime: "beforeDraw" };
  data.doses.filter((dose) => dose.taken).forEach((dose, n) => [["staff", data.staff.max], ["patient", data.patient.max]].forEach(([axis, top]) => {
    annotations[`dose${axis}${n}`] = { type: "line", xScaleID: "x", yScaleID: axis, xMin: dose.x, xMax: dose.x, yMin: 0, yMax: top, borderColor: c["ink-3"], borderWidth: 1, borderDash: [1, 4], drawTime: "beforeDatasetsDraw" };
  }));

  const strip = (weight) => ({ type: "linear", axis: "y", position: "left", stack: "s", stackWeight: weight, min: 0, max: 1, ticks: { display: false }, grid: { display: false }, border: { display: false }, afterFit: (axis) => { axis.width = left; } });
  const panel = (weight, max, values) => ({
    type: "linear", axis: "y", position: "left", stack: "s", stackWeight: weight, min: 0, max,
    border: { display: false }, grid: { color: c.rule, drawTicks: false, lineWidth: (g) => (g.tick.value === 0 ? 0 : 1) },
    ticks: { color: c.ink, padding: 8, font: { size, family }, autoSkip: false },
    afterBuildTicks: (axis) => { axis.ticks = values.map((value) => ({ value })); },
    afterFit: (axis) => { axis.width = left; },
  });
  const has = (ctx, ...marks) => marks.some((mark) => ctx.raw?.marks?.includes(mark));
  const series = (label, points, axis, color, style, radius, partial) => ({
    label, data: points, yAxisID: axis, borderColor: color, showLine: !partial, pointBorderColor: color, pointStyle: style,
    pointBackgroundColor: (ctx) => (partial || has(ctx, "late", "about") ? c.sheet : color),
    pointBorderWidth: (ctx) => (has(ctx, "amended") ? 3.5 : partial ? 1.5 : 2), pointRadius: radius,
    pointHoverRadius: radius + 2, pointHitRadius: 20, borderWidth: 2, borderJoinStyle: "round", spanGaps: false, tension: 0, clip: { left: 8, right: 8, top: 8, bottom: 8 },
  });
  const half = Math.round(data.patient.max / 2);
  const keep = narrow ? 2 : 1;

  return new Chart(canvas, {
    type: "line",
    data: {
      datasets: [
        series("staff", data.staff.line, "staff", c.staff, "circle", 5, false),
        series("staff, incomplete", data.staff.partial, "staff", c.staff, "circle", 5, true),
        series("patient", data.patient.line, "patient", c.patient, "triangle", 5.5, false),
        series("patient, incomplete", data.patient.partial, "patient", c.patient, "triangle", 5.5, true),
      ],
    },
    options: {
      parsing: false, normalized: true, maintainAspectRatio: false, color: c.ink,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 250 },
      interaction: { mode: "nearest", intersect: false, axis: "x" },
      layout: { padding: { right, bottom: 22, left: 0, top: 0 } },
      onClick: (event, _found, chart) => {
        const hit = chart.getElementsAtEventForMode(event.native, "nearest", { intersect: true }, true)[0];
        const url = hit && chart.data.datasets[hit.datasetIndex].data[hit.index].url;
        if (url) location.assign(url);
      },
      scales: {
        x: {
          type: "linear", min: data.from, max: data.to, border: { display: false },
          grid: { drawOnChartArea: false, drawTicks: true, tickLength: 6, color: c.edge },
          afterBuildTicks: (axis) => { axis.ticks = data.ticks.filter((tick, n) => tick.strong || keep === 1 || n % keep === 0).filter((tick) => !narrow || data.to - data.from <= 24 || tick.strong).map((tick) => ({ value: tick.x })); },
          ticks: {
            autoSkip: narrow, maxRotation: 0, padding: 2, color: (t) => (data.ticks.find((tick) => tick.x === t.tick?.value)?.strong ? c.ink : c["ink-2"]),
            font: (t) => ({ size, family, weight: data.ticks.find((tick) => tick.x === t.tick?.value)?.strong ? 600 : 400 }),
            callback: (value) => { const tick = data.ticks.find((one) => one.x === value); return tick ? [tick.hours, tick.clock] : ""; },
          },
        },
        // The first axis declared sits at the bottom.
        patient: panel(104, data.patient.max, [0, half, data.patient.max]),
        between: strip(30),
        staff: panel(238, data.staff.max, [0, ...data.bands.slice(1).map((band) => band.from), data.staff.max]),
        course: strip(data.documents.length ? 58 : 40),
        events: strip(data.doses.length ? 48 : 6),
      },
      plugins: {
        legend: { display: false }, decimation: { enabled: false }, annotation: { annotations },
        tooltip: { displayColors: false, callbacks: { title: () => "", label: (item) => item.raw.words } },
      },
    },
    plugins: [ink],
  });
}

let chart = build();
const rebuild = () => { chart.destroy(); chart = build(); window.ebbChart = chart; };
window.ebbChart = chart;
new MutationObserver(rebuild).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
addEventListener("beforeprint", () => { document.querySelectorAll("details").forEach((one) => { one.open = true; }); chart.resize(690, 480); });
addEventListener("afterprint", () => chart.resize());

// By keyboard: arrows walk through the check-ins in order of time, Enter opens one, and each is said in words.
let chosen = -1;
function choose(n) {
  if (!all.length) return;
  chosen = Math.min(all.length - 1, Math.max(0, n));
  const point = all[chosen];
  for (const [d, set] of chart.data.datasets.entries()) {
    const index = set.data.indexOf(point);
    if (index >= 0) { chart.setActiveElements([{ datasetIndex: d, index }]); chart.tooltip.setActiveElements([{ datasetIndex: d, index }], { x: 0, y: 0 }); }
  }
  chart.update("none");
  live.textContent = point.words;
}
canvas.addEventListener("keydown", (event) => {
  const to = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) { event.preventDefault(); choose(to); }
  if (event.key === "Enter" && chosen >= 0) location.assign(all[chosen].url);
});
