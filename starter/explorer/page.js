"use strict";
const WORDS = JSON.parse(document.getElementById("words").textContent);
const DATA = unpacked(JSON.parse(document.getElementById("data").textContent));
const $ = (id) => document.getElementById(id);
const LANGUAGES = document.querySelectorAll("[data-language]");
const at = { S: 3, eta: 0, step: 1, schedule: "linear", spacing: "even", mistake: "", language: "en" };
const MISTAKES = {
  misprints: ["beta_outside_root", "negative_root", "posterior_slide"],
  slips: [
    "table_beta_on_subsequence", "variance_for_sigma", "direction_ignores_sigma",
    "previous_in_the_full_chain", "ends_at_first_alpha_bar",
  ],
};
const TOUR = [ // what the page proposes to try, and where to look; why: WORDS
  { S: 10, eta: 1, look: "paths" },
  { S: 1000, eta: 1, look: "coefficients" },
  { S: 5, eta: 1, mistake: "table_beta_on_subsequence", look: "numbers" },
  { S: 1000, eta: 1, mistake: "table_beta_on_subsequence", look: "numbers" },
  { S: 50, eta: 0, mistake: "negative_root", look: "paths" },
  { S: 20, eta: 0, mistake: "ends_at_first_alpha_bar", step: 20, look: "coefficients" },
  { S: 20, eta: 1, look: "metrics" },
];

/** Move the sliders to one of the positions that the page proposes, and go to where it is seen. */
function visit({ S, eta, schedule = "linear", spacing = "even", mistake = "", step = 1, look }) {
  Object.assign(at, { S: DATA.steps.indexOf(S), eta: DATA.etas.indexOf(eta), schedule, spacing, mistake, step });
  for (const name of ["S", "eta", "schedule", "spacing", "mistake"]) $(name).value = at[name];
  render();
  $(`${look}-h`).after($("return"));
  $("return").hidden = false;
  $(look).scrollIntoView();
  $(`${look}-h`).focus({ preventScroll: true });
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
for (const each of LANGUAGES) each.addEventListener("click", () => speak(each.dataset.language));
speak(navigator.language.startsWith("zh") ? "zh-TW" : "en");
