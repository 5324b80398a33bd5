"use strict";
// What each part of the page shows at the present position of the sliders.

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

const kept = new Map(), drawn = {};

/** What `make` gives at this position of the sliders, computed once. */
function once(name, make) {
  const place = [name, key(), at.eta, at.mistake].join();
  if (!kept.has(place)) kept.set(place, make());
  return kept.get(place);
}

/** Whether a part of the page is to be drawn anew: it was drawn for other values of these, or in another language. */
function changed(name, ...on) {
  const before = drawn[name];
  drawn[name] = [at.language, ...on].join();
  return drawn[name] !== before;
}

/** What comes out of a sampler: its spread on the line, how far that is from the data, and FID. */
function numbersOf(made) {
  const [found] = spreads(made, [DATA.line ** 2]);
  const fid = waits("pixels") ? null : frechet(made, DATA.pixels.variances.all);
  return { spread: found, w2: Math.abs(found - DATA.line), fid };
}

/** Show the present position; said: tell a screen reader, too; else a slider moves, and what takes long is coarser. */
function render(said = true) {
  const wrong = at.mistake !== "", found = {};
  $("S-now").textContent = S();
  $("eta-now").textContent = eta();
  $("S").setAttribute("aria-valuetext", `S = ${S()}`);
  $("eta").setAttribute("aria-valuetext", `η = ${eta()}`);
  $("spacing").disabled = S() === DATA.T;
  for (const each of document.querySelectorAll("[data-mistake]")) each.hidden = !wrong;
  for (const each of document.querySelectorAll("[data-note]")) {
    each.hidden = !wrong;
    each.innerHTML = wrong ? rich(word("mistakes")[at.mistake].note) : "";
  }
  if (!waits("tables", "coefficients")) Object.assign(found, renderCoefficients(wrong));
  const dots = Math.min(200, Math.round((said ? 2e4 : 5e3) / S()));
  if (!waits("tables", "paths") && changed("paths", key(), at.eta, at.mistake, said || S() < 200, dots)) renderPaths(wrong, dots, !said);
  if (found.wrong && found.wrong.fid !== null) renderVerdict(found.yours.fid, found.wrong.fid);
  if (changed("images", at.S, at.eta, at.mistake)) renderImages(wrong);
  if (changed("metrics", at.S, at.eta)) renderMetrics();
  if (changed("back", key())) renderBack();
  if (said) $("said").innerHTML = rich(sentence(found));
}

/** Yours beside the mistake, with so many dots; without one, smooth beside crooked. */
function renderPaths(wrong, dots, moving) {
  const mine = DATA.paths.chains[key()], smooth = DATA.paths.smooth[at.schedule], goal = smooth.ends.all;
  const yours = (i) => ({
    states: chunks(part(mine.states, i), 8), others: scaled(part(mine.others, i)),
    length: mine.length.all[i], apart: apart(part(mine.ends, i), goal), loose: false,
  });
  const other = at.eta ? 0 : DATA.etas.length - 1;
  const said = (i) => fill(word("yours-at"), { eta: DATA.etas[i] });
  const shown = {
    yours: [said(at.eta), yours(at.eta)],
    other: wrong ? [word("with-mistake"), wrongPaths(goal, dots)] : [said(other), yours(other)],
  };
  for (const [who, [what, found]] of Object.entries(shown)) {
    const { length, apart: far, loose } = found;
    drawPaths(`paths-${who}`, found, smooth, moving);
    $(`paths-${who}-is`).textContent = what;
    label(`paths-${who}`, "say-paths", { what, length: text(length, loose), apart: text(far, loose) });
    if (who === "yours" || wrong) put(`${who}-length`, length, loose), put(`${who}-apart`, far, loose);
  }
  $("loose").hidden = !shown.other[1].loose;
}

/** The paths of a mistake, from the same x_T and with the same noise, and the x_0 of so many others. */
function wrongPaths(goal, dots) {
  const made = moves(at.mistake), { std, means } = DATA.moons, x_T = DATA.paths.x_T.all, z = DATA.paths.z.all;
  const from = (start) => walk(made, start, (step, i) => z[step * 8 + i], means.all, std);
  const others = () => {
    const fresh = normals(1);
    return walk(made, x_T.subarray(8, 8 + 2 * dots), () => fresh(), means.all, std).at(-1);
  };
  const numbers = (states) => [pathLength(states), apart(states.at(-1), goal)];
  const paths = () => {
    const start = x_T.subarray(0, 8), states = from(start), found = numbers(states);
    const moved = numbers(from(start.map((value) => value + NUDGE)));
    const loose = found.some((value, i) => Math.abs(moved[i] - value) > 1e-6 * Math.max(1, value));
    return { states, length: found[0], apart: found[1], loose };
  };
  return { ...once("paths", paths), others: once(`${dots} others`, others) };
}

function renderCoefficients(wrong) {
  const mine = moves(""), bad = wrong ? moves(at.mistake) : null;
  const yours = once("yours", () => numbersOf(mine)), other = bad && once("other", () => numbersOf(bad));
  for (const [who, numbers] of [["yours", yours], ["other", other]]) {
    for (const [name, value] of Object.entries(numbers ?? {})) put(`${who}-${name}`, value);
  }
  drawDensity(yours.spread, other?.spread);
  const spreads = { yours: text(yours.spread), wrong: text(other?.spread ?? 0), data: DATA.line };
  label("density", wrong ? "say-density-wrong" : "say-density", spreads);
  const times = tau().slice().reverse(), table = DATA.tables.alpha_bar[at.schedule].all;
  at.step = Math.min(at.step, times.length);
  $("step").max = times.length;
  $("step").value = at.step;
  const t = times[at.step - 1], prev = times[at.step] ?? 0, names = { w0: "ω₀", wt: "ω_t", sigma: "σ_t" };
  const most = times.map((_, i) => Math.sqrt(1 - table[times[i + 1] ?? 0]));
  $("step-now").textContent = `${t} → ${prev}`;
  $("step").setAttribute("aria-valuetext", `${t} → ${prev}`);
  for (const name of Object.keys(names)) {
    const [ours, theirs] = [mine, bad].map((made) => made?.map((m) => m[name]));
    drawCurve(`curve-${name}`, times, ours, theirs, name === "sigma" ? most : null, t);
    put(`yours-${name}`, ours[at.step - 1]);
    if (wrong) put(`other-${name}`, theirs[at.step - 1]);
    const [first, last, wrong_first, wrong_last] = [ours, theirs ?? ours].flatMap((rows) => [text(rows[0]), text(rows.at(-1))]);
    label(`curve-${name}`, wrong ? "say-curve-wrong" : "say-curve", { name: names[name], first, last, wrong_first, wrong_last });
  }
  put("yours-sigma-max", most[at.step - 1]);
  return { yours, wrong: other };
}

function renderVerdict(yours, wrong) {
  const same = Math.abs(yours - wrong) < 1e-9 + 1e-6 * yours, kind = same ? "same" : wrong < yours ? "better" : "worse";
  $("verdict").className = kind;
  $("verdict").textContent = fill(word(`verdict-${kind}`), { yours: text(yours), wrong: text(wrong) });
}

/** One sentence of what is shown, for who cannot see it. */
function sentence({ yours, wrong }) {
  const names = { S: S(), eta: eta(), schedule: word("schedules")[at.schedule], spacing: word("spacings")[at.spacing] };
  const parts = [fill(word("say-state"), names)];
  const numbers = (what, { spread, w2 }) => fill(word("say-numbers"), { what, spread: text(spread), w2: text(w2) });
  if (yours) parts.push(numbers(word("yours"), yours));
  if (yours && !right()) parts.push(word("not-right"));
  if (wrong) parts.push(numbers(word("mistakes")[at.mistake].name, wrong));
  return parts.join(" ");
}
