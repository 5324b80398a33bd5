"use strict";
// What the page shows of images: those of the network, what metrics see in them, and there and back.

const current = (place, is) => is ? place.setAttribute("aria-current", "true") : place.removeAttribute("aria-current");
const nearest = (values, wanted) => values.reduce((best, value) => Math.abs(value - wanted) < Math.abs(best - wanted) ? value : best);

/** Yours for each S, and with the mistake in your step. */
function renderImages(wrong) {
  if (!waits("images")) {
    const { png, off, steps } = DATA.images, last = steps.at(-1);
    columns("columns", steps.map((each, i) => {
      const value = part(off, i)[at.eta];
      return { S: each, png: png[i][at.eta], off: value, said: fill(word("say-images"), { S: each, eta: eta(), off: text(value), last }) };
    }));
    $("images-note").textContent = fill(word("images-note"), { last });
  }
  if (wrong && !waits("mistaken")) {
    const { png, off, names, steps, etas } = DATA.mistaken, near = etas.indexOf(nearest(etas, eta())), { name } = word("mistakes")[at.mistake];
    columns("mistaken-columns", steps.map((each, i) => {
      const value = part(off, names.indexOf(at.mistake), i)[near], values = { name, S: each, eta: etas[near], off: text(value) };
      return { S: each, png: png[at.mistake][i][near], off: value, said: fill(word("say-mistaken"), values) };
    }));
    $("mistaken-note").innerHTML = rich(fill(word("mistaken-note"), { eta: etas[near], etas: etas.join(", ") }));
  }
}

/** A column of images for each S, with a number below; the elements stay, so that nothing flickers. */
function columns(id, all) {
  const place = $(id), made = () => element("figure", element("img"), element("figcaption", element("span"), element("br"), element("data")));
  while (place.children.length < all.length) place.append(made());
  all.forEach(({ S: each, png, off, said }, i) => {
    const figure = place.children[i], value = figure.querySelector("data");
    picture(figure.querySelector("img"), png, said);
    figure.querySelector("span").textContent = `S = ${each}`;
    current(figure, each === S());
    value.id = `${id === "columns" ? "off" : "mistaken-off"}-${each}`;
    set(value, off);
  });
}

/** What was measured at the nearest S, and the row of the nearest η. */
function renderMetrics() {
  if (waits("metrics")) return;
  const { cells } = DATA.metrics, [steps, now] = [nearest(cells.map((row) => row[0]), S()), nearest(cells.map((row) => row[1]), eta())];
  $("cells-is").textContent = whole(fill(word("cells-is"), { S: steps }));
  $("cells").replaceChildren(...cells.filter((row) => row[0] === steps).map(([, each, ...found]) => {
    const pairs = [[0, 2], [2, 1], [4, 2]].map(([i, digits]) => `${found[i].toFixed(digits)} ± ${found[i + 1].toFixed(digits)}`);
    const row = tableRow(`η = ${each}`, pairs);
    current(row, each === now);
    return row;
  }));
}

/** The tables that no slider moves. */
function sayMetrics() {
  if (waits("metrics")) return;
  const { few, blind } = DATA.metrics, named = (name) => word("sets")[name];
  $("few").replaceChildren(...few.rows.map(([n, fid, kid, , test]) => tableRow(n, [fid, kid, test])));
  $("blind").replaceChildren(...blind.rows.map(([name, ...found]) => tableRow(named(name), found)));
  drawFew(few.rows.map(([n, fid, , , test]) => [n, parseFloat(fid), parseFloat(test)]));
  label("few-drawn", "say-few", { first: few.rows[0][0], last: few.rows.at(-1)[0], most: few.rows[0][1], least: few.rows.at(-1)[1] });
}

function renderBack() {
  if (!waits("there_and_back")) {
    const { up, down, error } = DATA.there_and_back.chains[key()], off = error.all[0];
    $("back-paths").innerHTML = land() + tracks(chunks(up.all, 8), false) + tracks(chunks(down.all, 8), true);
    put("back-error", off);
    label("back-paths", "say-back", { S: S(), error: text(off) });
  }
  if (waits("inverted")) return;
  const { png, errors } = DATA.inverted;
  $("trio").querySelectorAll("img").forEach((image, row) => {
    picture(image, png[at.S][row], `${word(["image", "its-noise", "and-back"][row])}, S = ${S()}`);
  });
  put("trio-error", errors.all[at.S]);
}
