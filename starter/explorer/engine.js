"use strict";
// What the page computes. A sampler is a list of moves, from the first step to the last:
//   x_prev = w0 · x_0_pred + wt · x_t + sigma · z,  with x_0_pred predicted at ᾱ_t = a.
// autograder/tests holds each number to the course's float64 reference.

/** One right step as the handout prints it (2.7 and "Change one line"), or one with a mistake in it. */
function move(a, p, before, eta, mistake) {
  const beta = 1 - a / p, share = (1 - p) / (1 - a);
  const sigma = {
    beta_outside_root: eta * Math.sqrt(share) * beta,
    variance_for_sigma: eta ** 2 * share * beta,
    table_beta_on_subsequence: eta * Math.sqrt(share * (1 - a / before)),
  }[mistake] ?? eta * Math.sqrt(share * beta);
  if (mistake === "posterior_slide") {
    return { a, w0: -Math.sqrt(p / (1 - a)) * beta, wt: Math.sqrt(a / p / (1 - a)) * (1 - p), sigma };
  }
  const kept = 1 - p - (mistake === "direction_ignores_sigma" ? 0 : sigma ** 2);
  const factor = (mistake === "negative_root" ? -1 : 1) * Math.sqrt(Math.max(kept, 0));
  const mean = (x0, xt) => Math.sqrt(p) * x0 + factor * (xt - Math.sqrt(a) * x0) / Math.sqrt(1 - a);
  return { a, w0: mean(1, 0), wt: mean(0, 1), sigma };
}

/** The moves of a whole sampler on tau, ascending; table: ᾱ_0 … ᾱ_T. */
function movesOf(table, tau, eta, mistake) {
  return tau.map((t, i) => {
    let prev = i ? tau[i - 1] : 0;
    if (mistake === "previous_in_the_full_chain") prev = t - 1;
    if (mistake === "ends_at_first_alpha_bar") prev = Math.max(prev, 1);
    return move(table[t], table[prev], table[t - 1], eta, mistake);
  }).reverse();
}

/** The standard deviations that come out for data N(0, each variance) and the exact x_0_pred, from x_T ~ N(0, 1). */
function spreads(moves, variances) {
  const out = new Float64Array(variances.length).fill(1);
  for (const { a, w0, wt, sigma } of moves) {
    const pull = w0 * Math.sqrt(a), noise = 1 - a;
    for (let i = 0; i < out.length; i++) {
      const kept = (pull * variances[i] / (a * variances[i] + noise) + wt) * out[i]; // E[x_0 | x_t] is linear in x_t
      out[i] = sigma === 0 ? Math.abs(kept) : Math.sqrt(kept * kept + sigma * sigma); // a small square would become 0
    }
  }
  return out;
}

/** The Fréchet distance of two Gaussians of mean 0 with the same axes: of the data's variances, and what comes out. */
function frechet(moves, variances) {
  return spreads(moves, variances).reduce((total, each, i) => total + (each - Math.sqrt(variances[i])) ** 2, 0);
}

/** E[x_0 | x_t] for the two moons: a mixture of round Gaussians, all as likely. */
function denoise(x, y, a, means, std) {
  const root = Math.sqrt(a), variance = a * std ** 2 + 1 - a, pull = root * std ** 2 / variance;
  let nearest = Infinity, total = 0, x0 = 0, y0 = 0;
  for (let k = 0; k < means.length; k += 2) {
    nearest = Math.min(nearest, (x - root * means[k]) ** 2 + (y - root * means[k + 1]) ** 2);
  }
  for (let k = 0; k < means.length; k += 2) {
    const dx = x - root * means[k], dy = y - root * means[k + 1], exponent = (nearest - dx * dx - dy * dy) / (2 * variance);
    if (exponent < -50) continue; // below rounding
    const share = Math.exp(exponent);
    total += share;
    x0 += share * (means[k] + pull * dx);
    y0 += share * (means[k + 1] + pull * dy);
  }
  return [x0 / total, y0 / total];
}

/** All states from points [x, y, x, y, …] on; noise(step, i): the z of a coordinate. */
function walk(moves, points, noise, means, std) {
  const states = [Float64Array.from(points)];
  moves.forEach(({ a, w0, wt, sigma }, step) => {
    const from = states[step], to = new Float64Array(from.length);
    for (let i = 0; i < from.length; i += 2) {
      const clean = denoise(from[i], from[i + 1], a, means, std);
      for (const j of [0, 1]) to[i + j] = w0 * clean[j] + wt * from[i + j] + sigma * noise(step, i + j);
    }
    states.push(to);
  });
  return states;
}

/** A step to the side, some fifty roundings wide: where it moves a number, rounding decides it. */
const NUDGE = 1e-14;

/** The mean length of the paths through these states. */
function pathLength(states) {
  let total = 0;
  for (let s = 1; s < states.length; s++) {
    for (let i = 0; i < states[s].length; i += 2) {
      total += Math.hypot(states[s][i] - states[s - 1][i], states[s][i + 1] - states[s - 1][i + 1]);
    }
  }
  return total / (states[0].length / 2);
}

/** The mean distance of points from others. */
function apart(points, others) {
  let total = 0;
  for (let i = 0; i < points.length; i += 2) total += Math.hypot(points[i] - others[i], points[i + 1] - others[i + 1]);
  return total / (points.length / 2);
}

/** Standard normal numbers from a seed (mulberry32; Box and Muller), for points whose noise is not shipped. */
function normals(seed) {
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
