"use strict";
const WORDS = JSON.parse(document.getElementById("words").textContent);
const DATA = unpacked(JSON.parse(document.getElementById("data").textContent));
const $ = (id) => document.getElementById(id);
const at = { S: 3, eta: 0, step: 1, schedule: "linear", spacing: "even", mistake: "", language: "en" };
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

// What is shown

const S = () => DATA.steps[at.S];
const eta = () => DATA.etas[at.eta];
const key = () => `${at.schedule} ${S() === DATA.T ? "even" : at.spacing} ${S()}`;
const tau = () => DATA.tables.tau[key()];
const waits = (...names) => names.map((name) => DATA[name].waits).find(Boolean);

/** Your moves, or those of a mistake. */
function moves(mistake) {
  const table = DATA.tables.alpha_bar[at.schedule].all;
  if (mistake !== "") return movesOf(table, tau(), eta(), mistake);
  const rows = part(DATA.coefficients[key()], at.eta), n = S();
  return tau().slice().reverse().map((t, i) => ({ a: table[t], w0: rows[i], wt: rows[n + i], sigma: rows[2 * n + i] }));
}

/** Whether your steps are the right ones here, but for rounding. */
function right() {
  const mine = moves(""), good = movesOf(DATA.tables.alpha_bar[at.schedule].all, tau(), eta(), "none");
  return mine.every((m, i) => ["w0", "wt", "sigma"].every((name) => Math.abs(m[name] - good[i][name]) < 1e-6));
}

function numbersOf(made) {
  const found = spread(made, DATA.line ** 2);
  return { spread: found, w2: Math.abs(found - DATA.line), fid: waits("pixels") ? null : frechet(made, DATA.pixels.variances.all) };
}

function render(said = true) {
  const wrong = at.mistake !== "", found = {};
  $("S-now").textContent = S();
  $("eta-now").textContent = eta();
  $("S").setAttribute("aria-valuetext", `S = ${S()}`);
  $("eta").setAttribute("aria-valuetext", `η = ${eta()}`);
  $("spacing").disabled = S() === DATA.T;
  for (const each of document.querySelectorAll("[data-mistake]")) each.hidden = !wrong;
  $("note").hidden = !wrong;
  if (wrong) $("note").innerHTML = rich(word("mistakes")[at.mistake].note);
  if (!waits("tables", "coefficients")) Object.assign(found, renderCoefficients(wrong));
  if (!waits("tables", "paths")) renderPaths(wrong);
  if (wrong && found.yours && found.wrong) renderVerdict(found.yours.fid ?? found.yours.w2, found.wrong.fid ?? found.wrong.w2);
  if (!waits("images")) renderImages();
  renderBack();
  if (said) $("said").textContent = sentence(found);
}

function renderPaths(wrong) {
  const mine = DATA.paths.chains[key()], smooth = DATA.paths.smooth[at.schedule], goal = smooth.ends.all;
  const yours = (i) => ({
    states: chunks(part(mine.states, i), 8), others: scaled(part(mine.others, i)),
    length: mine.length[i], apart: apart(part(mine.ends, i), goal),
  });
  const other = at.eta ? 0 : DATA.etas.length - 1; // beside yours, where no mistake is chosen: smooth beside crooked
  const said = (i) => fill(word("yours-at"), { eta: DATA.etas[i] });
  drawPaths("yours", said(at.eta), yours(at.eta), smooth);
  if (wrong) drawPaths("other", word("with-mistake"), wrongPaths(goal), smooth);
  else drawPaths("other", said(other), yours(other), smooth);
}

/** The paths of a mistake, from the same x_T and with the same noise. */
function wrongPaths(goal) {
  const made = moves(at.mistake), { std, means } = DATA.moons, x_T = DATA.paths.x_T.all, z = DATA.paths.z.all, fresh = normals(1);
  const states = walk(made, x_T.subarray(0, 8), (step, i) => z[step * 8 + i], means.all, std);
  const others = walk(made, x_T.subarray(8, 8 + 2 * Math.min(200, 5e4 / S())), () => fresh(), means.all, std).at(-1);
  return { states, others, length: pathLength(states), apart: apart(states.at(-1), goal) };
}

function renderCoefficients(wrong) {
  const mine = moves(""), bad = wrong ? moves(at.mistake) : null, yours = numbersOf(mine), other = bad && numbersOf(bad);
  for (const [who, numbers] of [["yours", yours], ["other", other]]) {
    for (const [name, value] of Object.entries(numbers ?? {})) put(`${who}-${name}`, value);
  }
  drawDensity(yours.spread, other?.spread);
  const times = tau().slice().reverse(), table = DATA.tables.alpha_bar[at.schedule].all;
  at.step = Math.min(at.step, times.length);
  $("step").max = times.length;
  $("step").value = at.step;
  const t = times[at.step - 1], prev = times[at.step] ?? 0, most = times.map((_, i) => Math.sqrt(1 - table[times[i + 1] ?? 0]));
  $("step-now").textContent = `${t} → ${prev}`;
  $("step").setAttribute("aria-valuetext", `${t} → ${prev}`);
  for (const name of ["w0", "wt", "sigma"]) {
    drawCurve(`curve-${name}`, times, mine.map((m) => m[name]), bad?.map((m) => m[name]), name === "sigma" ? most : null, t);
    put(`yours-${name}`, mine[at.step - 1][name]);
    if (wrong) put(`other-${name}`, bad[at.step - 1][name]);
    label(`curve-${name}`, "say-curve", { name: { w0: "ω₀", wt: "ω_t", sigma: "σ_t" }[name], first: text(mine[0][name]), last: text(mine.at(-1)[name]) });
  }
  put("yours-sigma-max", most[at.step - 1]);
  return { yours, wrong: other };
}

function renderVerdict(yours, wrong) {
  const same = Math.abs(yours - wrong) < 1e-9 + 1e-6 * yours, kind = same ? "same" : wrong < yours ? "better" : "worse";
  $("verdict").className = kind;
  $("verdict").textContent = fill(word(`verdict-${kind}`), { yours: text(yours), wrong: text(wrong) });
}

function renderImages() {
  const { pixels, steps } = DATA.images, last = part(pixels, steps.length - 1, at.eta);
  $("columns").replaceChildren(...steps.map((each, i) => {
    const seen = part(pixels, i, at.eta), off = difference(seen, last), figure = document.createElement("figure");
    if (each === S()) figure.setAttribute("aria-current", "true");
    const caption = document.createElement("figcaption"), value = document.createElement("data");
    value.id = `off-${each}`;
    set(value, off);
    caption.append(`S = ${each}`, document.createElement("br"), value);
    figure.append(canvas(seen, fill(word("say-images"), { S: each, eta: eta(), off: text(off), last: steps.at(-1) })), caption);
    return figure;
  }));
  $("images-note").textContent = fill(word("images-note"), { last: steps.at(-1) });
}

function renderBack() {
  if (!waits("there_and_back")) {
    const { up, down, error } = DATA.there_and_back.chains[key()];
    $("back-paths").innerHTML = land() + tracks(chunks(up.all, 8), false) + tracks(chunks(down.all, 8), true);
    put("back-error", error);
    label("back-paths", "say-back", { S: S(), error: text(error) });
  }
  if (!waits("inverted")) {
    const { pixels, errors, steps } = DATA.inverted, i = steps.indexOf(S());
    $("trio").hidden = $("trio-note").hidden = i < 0;
    if (i < 0) return;
    $("trio").replaceChildren(...["image", "its-noise", "and-back"].map((name, row) => {
      const figure = document.createElement("figure"), caption = document.createElement("figcaption");
      caption.innerHTML = rich(word(name));
      figure.append(canvas(part(pixels, i, row), `${word(name)}, S = ${S()}`), caption);
      return figure;
    }));
    put("trio-error", errors[i]);
  }
}

/** One sentence of what is shown, for who cannot see it. */
function sentence({ yours, wrong }) {
  const names = { S: S(), eta: eta(), schedule: word("schedules")[at.schedule], spacing: word("spacings")[at.spacing] };
  const parts = [fill(word("say-state"), names)];
  if (yours) parts.push(fill(word("say-numbers"), { what: word("yours"), spread: text(yours.spread), w2: text(yours.w2) }));
  if (yours && !right()) parts.push(word("not-right"));
  if (wrong) parts.push(fill(word("say-numbers"), { what: word("mistakes")[at.mistake].name, spread: text(wrong.spread), w2: text(wrong.w2) }));
  return parts.join(" ");
}

// Drawing

const scaled = (short) => Float64Array.from(short, (value) => value / DATA.unit);

/** States of n coordinates each from one array. */
function chunks(short, n) {
  const all = scaled(short);
  return Array.from({ length: all.length / n }, (_, i) => all.subarray(i * n, (i + 1) * n));
}

const d3 = (value) => value.toFixed(3);
const line = (points) => `M${points.map(([x, y]) => `${d3(x)} ${d3(y)}`).join("L")}`;

function land() {
  const { all } = DATA.moons.means, spots = [];
  for (let k = 0; k < all.length; k += 2) spots.push(`<circle class="land" cx="${d3(all[k])}" cy="${d3(-all[k + 1])}" r=".2"/>`);
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

/** Paths, the x_0 of others as dots, and behind them the smooth path of η = 0 with T steps. */
function drawPaths(who, name, { states, others, length, apart }, smooth) {
  const dust = [], guide = chunks(smooth.states.all, 8);
  for (let i = 0; i < others.length; i += 2) dust.push(`M${d3(others[i])} ${d3(-others[i + 1])}h0`);
  const guides = [0, 2, 4, 6].map((i) => `<path class="smooth" d="${line(guide.map((s) => [s[i], -s[i + 1]]))}"/>`);
  $(`paths-${who}`).innerHTML = land() + `<path class="dust" d="${dust.join("")}"/>` + guides.join("") + tracks(states, false);
  $(`paths-${who}-is`).textContent = name;
  label(`paths-${who}`, "say-paths", { what: name, length: text(length), apart: text(apart) });
  if (who === "yours" || at.mistake) {
    put(`${who}-length`, length);
    put(`${who}-apart`, apart);
  }
}

function drawDensity(yours, wrong) {
  const x = (value) => 10 + (value + 2) * 80, y = (value) => 205 - Math.min(value, 1.6) * 118;
  const curve = (s) => {
    const places = Array.from({ length: 321 }, (_, i) => i / 80 - 2);
    return line(places.map((v) => [x(v), y(Math.exp(-v * v / (2 * s * s)) / (s * Math.sqrt(2 * Math.PI)))]));
  };
  const ticks = [-2, -1, 0, 1, 2].map((v) => `<text x="${x(v)}" y="222" text-anchor="middle">${v}</text>`).join("");
  $("density").innerHTML = `<path class="data" d="${curve(DATA.line)}"/><path class="axis" d="M10 205H330"/>${ticks}` +
    `<path class="yours" d="${curve(yours)}"/>` + (wrong ? `<path class="wrong" d="${curve(wrong)}"/>` : "");
  label("density", wrong ? "say-density-wrong" : "say-density", { yours: text(yours), wrong: text(wrong ?? 0), data: DATA.line });
}

function drawCurve(id, times, mine, wrong, most, now) {
  const values = [...mine, ...(wrong ?? []), ...(most ?? [])], low = Math.min(0, ...values), high = Math.max(1, ...values);
  const x = (t) => 40 + (1 - t / DATA.T) * 290, y = (value) => 195 - (value - low) / (high - low) * 180;
  const curve = (kind, rows) => rows ? `<path class="${kind}" d="${line(rows.map((value, i) => [x(times[i]), y(value)]))}"/>` : "";
  const dots = times.length > 100 ? "" : mine.map((value, i) => `<circle class="dot" cx="${d3(x(times[i]))}" cy="${d3(y(value))}" r="3"/>`).join("");
  const grid = [low, 0, 1, high].filter((v, i, all) => all.findIndex((w) => Math.abs(w - v) < 0.15 * (high - low)) === i);
  const rules = grid.map((v) => `<path class="rule" d="M40 ${y(v)}H330"/><text x="34" y="${y(v) + 4}" text-anchor="end">${+v.toFixed(2)}</text>`);
  const ticks = [1000, 500, 0].map((t) => `<text x="${x(t)}" y="213" text-anchor="middle">${t}</text>`);
  $(id).innerHTML = rules.join("") + ticks.join("") + '<text x="330" y="227" text-anchor="end">t</text>' +
    `<path class="here" d="M${x(now)} 15V195"/>` + curve("most", most) + curve("yours", mine) + dots + curve("wrong", wrong);
}

/** Four grey images, one below the other. */
function canvas(pixels, said) {
  const made = document.createElement("canvas"), side = 28, count = pixels.length / side ** 2;
  Object.assign(made, { width: side, height: count * (side + 1) - 1 });
  const context = made.getContext("2d"), picture = context.createImageData(side, made.height);
  for (let i = 0; i < pixels.length; i++) {
    const place = (i + Math.floor(i / side ** 2) * side) * 4;
    picture.data.fill(pixels[i], place, place + 3);
    picture.data[place + 3] = 255;
  }
  context.putImageData(picture, 0, 0);
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", said);
  return made;
}

/** The root of the mean square of what is different, of pixels as the network has them, from −1 to 1. */
function difference(some, others) {
  let total = 0;
  for (let i = 0; i < some.length; i++) total += ((some[i] - others[i]) / 127.5) ** 2;
  return Math.sqrt(total / some.length);
}

// Words and numbers

const word = (name) => WORDS[at.language][name];
const rich = (said) => said.replace(/([xωσβτᾱ])_(?:\((.+?)\)|(\w+))/gu, "$1<sub>$2$3</sub>"); // the words are this file's own
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const text = (value) => value === 0 ? "0" : Math.abs(value) < 1e-4 || Math.abs(value) >= 1e5 ? value.toExponential(1) : value.toFixed(4);
const put = (id, value) => set($(id), value);
const label = (id, name, values) => $(id).setAttribute("aria-label", fill(word(name), values));

function set(element, value) {
  element.value = value ?? "";
  element.textContent = value === null ? "–" : text(value);
}

function speak(language) {
  at.language = language;
  document.documentElement.lang = language;
  document.title = word("title");
  for (const each of document.querySelectorAll("[data-word]")) each.innerHTML = rich(word(each.dataset.word));
  for (const each of document.querySelectorAll("[data-language]")) each.setAttribute("aria-pressed", each.dataset.language === language);
  $("controls").setAttribute("aria-label", word("controls"));
  const mistakes = Object.entries(word("mistakes")), group = (kind) => {
    const made = document.createElement("optgroup");
    made.label = word(kind);
    made.append(...mistakes.filter(([, each]) => each.kind === kind).map(([name, each]) => new Option(each.name, name)));
    return made;
  };
  $("mistake").replaceChildren(new Option(word("no-mistake"), ""), group("misprints"), group("slips"));
  $("schedule").replaceChildren(...DATA.schedules.map((name) => new Option(word("schedules")[name], name)));
  $("spacing").replaceChildren(...DATA.spacings.map((name) => new Option(word("spacings")[name], name)));
  for (const name of ["schedule", "spacing", "mistake"]) $(name).value = at[name];
  $("tour").replaceChildren(...word("tour").map((stop) => {
    const made = document.createElement("li"), go = document.createElement("button");
    go.type = "button";
    go.innerHTML = rich(stop.go);
    go.addEventListener("click", () => visit(stop.to));
    made.append(go, " ");
    made.insertAdjacentHTML("beforeend", rich(stop.why));
    return made;
  }));
  sayWhatWaits();
  render();
}

/** Move the sliders to one of the positions that the page proposes. */
function visit({ S, eta, schedule = "linear", spacing = "even", mistake = "" }) {
  Object.assign(at, { S: DATA.steps.indexOf(S), eta: DATA.etas.indexOf(eta), schedule, spacing, mistake });
  for (const name of ["S", "eta", "schedule", "spacing", "mistake"]) $(name).value = at[name];
  render();
}

/** In the place of each part that one of your functions is missing for, the sentence that says which. */
function sayWhatWaits() {
  const needs = {
    paths: ["tables", "paths"], numbers: ["tables", "coefficients"], coefficients: ["tables", "coefficients"], images: ["images"],
    "back-points": ["there_and_back"], "back-images": ["inverted"],
  };
  for (const each of document.querySelectorAll(".waits")) each.remove();
  for (const [id, names] of Object.entries(needs)) {
    const reason = waits(...names), parts = $(id).matches(".parts") ? $(id) : $(id).querySelector(".parts");
    parts.hidden = Boolean(reason);
    if (!reason) continue;
    const said = document.createElement("p"), own = document.createElement("span");
    said.className = "card wait waits";
    said.id = `${id}-waits`;
    own.lang = "en";
    own.textContent = reason;
    said.append(word("waits"), " ", own);
    parts.before(said);
  }
}

for (const [name, count] of [["S", DATA.steps.length], ["eta", DATA.etas.length]]) {
  $(name).max = count - 1;
  $(name).value = at[name] = Math.min(at[name], count - 1);
}
$("controls").addEventListener("submit", (event) => event.preventDefault());
for (const name of ["S", "eta", "step", "schedule", "spacing", "mistake"]) {
  const read = (said) => {
    at[name] = $(name).type === "range" ? Number($(name).value) : $(name).value;
    render(said);
  };
  $(name).addEventListener("input", () => read(false));
  $(name).addEventListener("change", () => read(true));
}
for (const each of document.querySelectorAll("[data-language]")) each.addEventListener("click", () => speak(each.dataset.language));
speak(navigator.language.startsWith("zh") ? "zh-TW" : "en");
