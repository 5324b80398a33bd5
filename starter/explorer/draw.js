"use strict";
// Pictures as SVG and canvas, from the arrays that parts.py packed.

const MARKS = [ // of the ends: shapes tell, not colours alone
  "M-.09 0a.09 .09 0 1 0 .18 0a.09 .09 0 1 0-.18 0", "M-.08-.08h.16v.16h-.16z", "M-.1 .08h.2L0-.1z", "M0-.12L.11 0L0 .12L-.11 0z",
];

/** Typed arrays in the place of what `packed` of grid.py made; what is not packed stays. */
function unpacked(value) {
  if (Array.isArray(value) || typeof value !== "object") return value;
  if (!("bytes" in value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, unpacked(v)]));
  const bytes = Uint8Array.from(atob(value.bytes), (letter) => letter.charCodeAt(0));
  const Kind = { float64: Float64Array, int16: Int16Array, uint8: Uint8Array }[value.type];
  return { shape: value.shape, all: new Kind(bytes.buffer) };
}

/** The part of a packed array at these first indices. */
function part({ shape, all }, ...indices) {
  let size = all.length, first = 0;
  indices.forEach((index, i) => { size /= shape[i]; first += index * size; });
  return all.subarray(first, first + size);
}

const scaled = (short) => Float64Array.from(short, (value) => value / DATA.unit);

/** States of n coordinates each from one array. */
function chunks(short, n) {
  const all = scaled(short);
  return Array.from({ length: all.length / n }, (_, i) => all.subarray(i * n, (i + 1) * n));
}

/** A number or a path as SVG writes it. */
const d3 = (value) => Math.round(value * 1e3) / 1e3;
const line = (points) => `M${points.map(([x, y]) => `${d3(x)} ${d3(y)}`).join("L")}`;

/** Where the two moons are. */
function land() {
  const { all } = DATA.moons.means, spots = [];
  for (let k = 0; k < all.length; k += 2) {
    spots.push(`<circle class="land" cx="${d3(all[k])}" cy="${d3(-all[k + 1])}" r=".2"/>`);
  }
  return spots.join("");
}

/** The path of each point through the states, its start as a ring and its end as a mark; back: dashed, its end a dot. */
function tracks(states, back) {
  const made = [];
  for (let i = 0; i < states[0].length; i += 2) {
    const points = states.map((state) => [state[i], -state[i + 1]]), c = `var(--c${i / 2})`, [x, y] = points.at(-1);
    const dash = back ? ' stroke-dasharray=".09 .06"' : "";
    made.push(`<path class="way${points.length > 200 ? " many" : ""}" d="${line(points)}" stroke="${c}"${dash}/>`);
    if (back) made.push(`<circle class="end" cx="${d3(x)}" cy="${d3(y)}" r=".05" fill="${c}"/>`);
    else {
      made.push(`<circle class="start" cx="${d3(points[0][0])}" cy="${d3(points[0][1])}" r=".08" stroke="${c}"/>`);
      made.push(`<path class="end" transform="translate(${d3(x)} ${d3(y)})" d="${MARKS[i / 2]}" fill="${c}"/>`);
    }
  }
  return made.join("");
}

/** Paths, the x_0 of others as dots, and behind them the smooth path of η = 0 with T steps; moving: long paths coarser. */
function drawPaths(id, { states, others }, smooth, moving) {
  const dust = [], guide = chunks(smooth.states.all, 8);
  for (let i = 0; i < others.length; i += 2) dust.push(`M${d3(others[i])} ${d3(-others[i + 1])}h0`);
  const guides = [0, 2, 4, 6].map((i) => `<path class="smooth" d="${line(guide.map((s) => [s[i], -s[i + 1]]))}"/>`);
  $(id).innerHTML = land() + `<path class="dust" d="${dust.join("")}"/>` + guides.join("") + tracks(moving && states.length > 200 ? states.filter((_, i) => i % 5 === 0) : states, false);
}

/** The density of the data on the line, of N(0, yours²) and, where there is one, of N(0, wrong²), be it a single point. */
function drawDensity(yours, wrong) {
  const x = (value) => 10 + (value + 2) * 80, y = (value) => 205 - Math.min(value, 1.6) * 118;
  const curve = (spread) => {
    const s = Math.max(spread, Number.MIN_VALUE);
    const places = Array.from({ length: 321 }, (_, i) => i / 80 - 2);
    return line(places.map((v) => [x(v), y(Math.exp(-((v / s) ** 2) / 2) / (s * Math.sqrt(2 * Math.PI)))]));
  };
  const ticks = [-2, -1, 0, 1, 2].map((v) => `<text x="${x(v)}" y="222" text-anchor="middle">${v}</text>`).join("");
  $("density").innerHTML = `<path class="data" d="${curve(DATA.line)}"/><path class="axis" d="M10 205H330"/>${ticks}` +
    `<path class="yours" d="${curve(yours)}"/>` + (wrong !== undefined ? `<path class="wrong" d="${curve(wrong)}"/>` : "");
}

/** A coefficient at each step: yours, with a mistake, and its maximum; a line at the step that is chosen. */
function drawCurve(id, times, mine, wrong, most, now) {
  const values = [...mine, ...(wrong ?? []), ...(most ?? [])], low = Math.min(0, ...values), high = Math.max(1, ...values);
  const x = (t) => 40 + (1 - t / DATA.T) * 290, y = (value) => 195 - (value - low) / (high - low) * 180;
  const curve = (kind, rows) => rows ? `<path class="${kind}" d="${line(rows.map((value, i) => [x(times[i]), y(value)]))}"/>` : "";
  const dot = (value, i) => `<circle class="dot" cx="${d3(x(times[i]))}" cy="${d3(y(value))}" r="3"/>`;
  const dots = times.length > 100 ? "" : mine.map(dot).join("");
  const grid = [low, 0, 1, high].filter((v, i, all) => all.findIndex((w) => Math.abs(w - v) < 0.15 * (high - low)) === i);
  const number = (v) => `<text x="34" y="${y(v) + 4}" text-anchor="end">${+v.toFixed(2)}</text>`;
  const rules = grid.map((v) => `<path class="rule" d="M40 ${y(v)}H330"/>${number(v)}`);
  const ticks = [1000, 500, 0].map((t) => `<text x="${x(t)}" y="213" text-anchor="middle">${t}</text>`);
  $(id).innerHTML = rules.join("") + ticks.join("") + '<text x="330" y="227" text-anchor="end">t</text>' +
    `<path class="here" d="M${x(now)} 15V195"/>` + curve("most", most) + curve("yours", mine) + dots + curve("wrong", wrong);
}

/** A PNG of grey images. */
function picture(image, png, said) {
  const source = `data:image/png;base64,${png}`;
  if (image.src !== source) image.src = source;
  image.alt = said;
}

/** FID of right images over their number: [n, of Gaussians, of the test set], a point each. */
function drawFew(rows) {
  const x = (i) => 40 + i * 280 / (rows.length - 1), y = (value) => 195 - value * 8.5;
  const curve = (kind, column) => `<path class="${kind}" d="${line(rows.map((row, i) => [x(i), y(row[column])]))}"/>`;
  const dots = rows.map((row, i) => `<circle class="dot" cx="${d3(x(i))}" cy="${d3(y(row[1]))}" r="3"/>`).join("");
  const rules = [0, 10, 20].map((v) => `<path class="rule" d="M40 ${y(v)}H330"/><text x="34" y="${y(v) + 4}" text-anchor="end">${v}</text>`);
  const ticks = rows.map(([n], i) => `<text x="${d3(x(i))}" y="213" text-anchor="middle">${n}</text>`);
  $("few-drawn").innerHTML = rules.join("") + ticks.join("") + curve("yours", 1) + dots + curve("real", 2);
}
