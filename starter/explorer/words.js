"use strict";
// What is said, in either language, and how numbers are written.

const word = (name) => WORDS[at.language][name];
const whole = (said) => said.replaceAll(" = ", "\u00a0=\u00a0"); // not torn apart at the end of a line
const rich = (said) => whole(said).replace(/([xωσβτᾱ])_(?:\((.+?)\)|(\w+))/gu, "$1<sub>$2$3</sub>"); // of WORDS alone
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const tiny = (value) => Math.abs(value) < 1e-4 || Math.abs(value) >= 1e5;
const put = (id, value, loose) => set($(id), value, loose);
const label = (id, name, values) => $(id).setAttribute("aria-label", fill(word(name), values));

/** A number as text; loose: rounding decides its decimals, so they are left out, and ≈ says so. */
function text(value, loose) {
  if (loose) return `≈ ${Math.round(value)}`;
  return value === 0 ? "0" : tiny(value) ? value.toExponential(1) : value.toFixed(4);
}

/** Show a number; its full value, without what is loose, is an attribute. null: there is none. */
function set(place, value, loose) {
  place.value = value === null ? "" : loose ? Math.round(value) : value;
  place.textContent = value === null ? "–" : text(value, loose);
}

/** A new element with these inside, text or elements. */
function element(name, ...inside) {
  const made = document.createElement(name);
  made.append(...inside);
  return made;
}

/** A row of a table: its head, and text. */
function tableRow(name, cells) {
  const head = Object.assign(element("th", name), { scope: "row" });
  return element("tr", head, ...cells.map((each) => element("td", each)));
}

/** Say everything in a language. */
function speak(language) {
  at.language = language;
  document.documentElement.lang = language;
  document.title = word("title");
  for (const each of document.querySelectorAll("[data-word]")) each.innerHTML = rich(word(each.dataset.word));
  for (const each of LANGUAGES) each.setAttribute("aria-pressed", each.dataset.language === language);
  $("controls").setAttribute("aria-label", word("controls"));
  const group = (kind) => {
    const made = element("optgroup", ...MISTAKES[kind].map((name) => new Option(word("mistakes")[name].name, name)));
    made.label = word(kind);
    return made;
  };
  $("mistake").replaceChildren(new Option(word("no-mistake"), ""), group("misprints"), group("slips"));
  $("schedule").replaceChildren(...DATA.schedules.map((name) => new Option(word("schedules")[name], name)));
  $("spacing").replaceChildren(...DATA.spacings.map((name) => new Option(word("spacings")[name], name)));
  for (const name of ["schedule", "spacing", "mistake"]) $(name).value = at[name];
  $("tour").replaceChildren(...TOUR.map((to, i) => {
    const go = element("button"), why = element("span"), stop = word("tour")[i];
    go.type = "button";
    go.innerHTML = rich(stop.go);
    why.innerHTML = rich(stop.why);
    go.addEventListener("click", () => visit(to));
    return element("li", go, " ", why);
  }));
  const size = (places) => Math.round([...document.querySelectorAll(places)].reduce((sum, { textContent }) => sum + new Blob([textContent]).size, 0) / 1000);
  $("inlined").textContent = fill(word("inlined"), { code: size("script:not(#data), style"), data: size("#data") });
  sayMetrics();
  sayWhatWaits();
  render();
}

/** In the place of each part that one of your functions is missing for, the sentence that says which. */
function sayWhatWaits() {
  const needs = {
    paths: ["tables", "paths"], numbers: ["tables", "coefficients"], coefficients: ["tables", "coefficients"],
    images: ["images"], mistaken: ["mistaken"], metrics: ["metrics"],
    "back-points": ["there_and_back"], "back-images": ["inverted"],
  };
  for (const each of document.querySelectorAll(".waits")) each.remove();
  for (const [id, names] of Object.entries(needs)) {
    const reason = waits(...names), parts = $(id).matches(".parts") ? $(id) : $(id).querySelector(".parts");
    parts.hidden = Boolean(reason);
    if (!reason) continue;
    const said = element("p", word("waits"), " ", ...whatWaits(reason));
    said.className = "card wait waits";
    said.id = `${id}-waits`;
    parts.before(said);
  }
}

/** What has to be done; what is wrong with a function, and what is no task, is in English, as Python says it. */
function whatWaits({ said, task, fault, later, ...names }) {
  const english = (own) => Object.assign(element("span", own), { lang: "en" });
  if (task === undefined) return [english(said)];
  const [before, after = ""] = fill(word(fault ? "waits-fault" : later ? "waits-later" : "waits-task"), { task, assignment: task[0], fault: "\0", ...names }).split("\0");
  return fault ? [before, english(fault), after] : [before];
}
