"""`make explore`: each number on the page is the oracle's, wherever the sliders are; what isn't done is a sentence.

The page is made here on a small grid, from the solution in the place of a student's files, and driven in Chromium.
"""

import csv
import itertools
import json
import math
import random
import re
import runpy
import subprocess
import sys

import numpy as np
import pytest
import torch

from browser import DESK, PHONE, chromium, opened  # noqa: F401
from explored import (
    GRID,
    TABLES,
    T,
    chain_of,
    drawn,
    goal,
    grids,
    image_numbers_at,
    numbers_at,
    rounding_of,
    spectrum,
    spread,
    states_of,
    tau_of,
)
from grader.causes import hints
from grader.paths import ASSETS, SOLUTION, STARTER
from oracle import gaussian, schedule, wrong_chains
from shipped import pixels
from student_files import put

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion.pictures import blind_spots, images
    from explorer import page, parts, points, wrong

    main = runpy.run_path(str(STARTER / "explore.py"))["main"]

pytestmark = pytest.mark.usefixtures("one_thread")
WORDS = json.loads((STARTER / "explorer" / "words.json").read_text("utf-8"))
MISTAKES = list(WORDS["en"]["mistakes"])
DATA, NEAR = gaussian.GaussianData(0.0, 0.5), 1e-6
ALL = tuple(parts.PARTS)
OF_IMAGES = ("images", "mistaken", "inverted", "metrics")
OF_YOURS = tuple(name for name in ALL if name not in ("pixels", "metrics"))
SET = """state => {
  for (const [id, value] of Object.entries(state)) {
    const each = document.getElementById(id);
    each.value = value;
    for (const kind of ['input', 'change']) each.dispatchEvent(new Event(kind));
  }
  const shown = [...document.querySelectorAll('data')].filter(each => each.checkVisibility() && each.value !== '');
  return Object.fromEntries(shown.map(each => [each.id, [Number(each.value), each.textContent]]));
}"""


def make(path, grid=GRID, base=SOLUTION, *changes, only=tuple(parts.PARTS)):
    """Write the page of a student's files; returns what was made of each part."""
    with pytest.MonkeyPatch.context() as patch:
        put(patch, base, *changes)
        patch.setattr(images, "all_real", pixels)
        patch.setattr(parts, "PARTS", {name: parts.PARTS[name] for name in only})
        made = parts.made(grid)
    missing = {name: {"waits": {"said": "not made in this test"}} for name in ALL if name not in made}
    path.write_text(page.page(made | missing, grid), "utf-8")
    return made


@pytest.fixture(scope="module")
def made_of(tmp_path_factory):
    """The file of the page that the solution makes, and its parts."""
    path = tmp_path_factory.mktemp("explore") / "explore.html"
    made = make(path)
    assert [name for name, part in made.items() if "waits" in part] == []
    return path, made


@pytest.fixture(scope="module")
def whole(made_of):
    """The file alone."""
    return made_of[0]


def positions(count, seed):
    """Random places of all sliders and switches."""
    draw = random.Random(seed)
    for _ in range(count):
        S = draw.randrange(len(GRID.steps))
        yield {
            "S": S,
            "eta": draw.randrange(len(GRID.etas)),
            "schedule": draw.choice([*TABLES]),
            "spacing": draw.choice(grids.SPACINGS),
            "mistake": draw.choice(["", *MISTAKES, *MISTAKES]),
            "step": draw.randint(1, GRID.steps[S]),
        }


def is_shown(got, text, value, rounding):
    """Whether a number on the page is the oracle's, and its text its value; with ≈ only where rounding decides it."""
    near = NEAR * max(1, abs(value))
    if text.startswith("≈ "):
        return rounding > near / 10 and abs(got - value) < 1.5 and int(text[2:]) == got
    return abs(got - value) <= near and abs(float(text) - got) <= 1e-4 * max(1, abs(got))


def wrong_numbers(seen, state, made, grid=GRID):
    """The numbers on the page that are not the oracle's, or whose text is not their value, or that it does not know."""
    shown, want = seen.page.evaluate(SET, state), numbers_at(state, grid)
    want |= image_numbers_at(state, made) if "images" in made else {}
    rounding = rounding_of(state, grid) if any(text.startswith("≈") for _, text in shown.values()) else 0
    faults = [f"{name}: only on one side" for name in {*want} ^ {*shown}]
    for name in {*want} & {*shown}:
        (got, text), value = shown[name], want[name]
        if not is_shown(got, text, value, rounding):
            faults.append(f"{name}: {text} ({got}) for {value}")
    return [f"{state}: {each}" for each in faults]


def test_every_number_is_the_oracles_wherever_the_sliders_are(made_of, opened):  # noqa: F811
    """50 positions: random ones, and every mistake at least once."""
    seen = opened(made_of[0])
    places = list(positions(50 - len(MISTAKES), seed=17)) + [
        {"S": 1, "eta": 1, "schedule": "linear", "spacing": "even", "mistake": each, "step": 2} for each in MISTAKES
    ]
    assert [fault for state in places for fault in wrong_numbers(seen, state, made_of[1])] == []


def test_the_decimals_that_rounding_decides_are_left_out_and_only_those(tmp_path, opened):  # noqa: F811
    """The other root at η = 0: in one of these chains a rounding becomes 10¹² times as large, and more."""
    grid, parts_of_points = (
        grids.Grid(steps=(50, 100), etas=(0.0, 1.0)),
        [name for name in ALL if name not in OF_IMAGES],
    )
    made = make(tmp_path / "explore.html", grid, only=parts_of_points)
    seen, loose = opened(tmp_path / "explore.html"), []
    for schedule_name, spacing, S, eta in itertools.product(TABLES, grids.SPACINGS, (0, 1), (0, 1)):
        state = {"S": S, "eta": eta, "schedule": schedule_name, "spacing": spacing, "mistake": "negative_root"}
        assert wrong_numbers(seen, state | {"step": 3}, made, grid) == []
        decides = rounding_of(state, grid) > NEAR / 10
        assert seen.page.is_visible("#loose") == seen.page.inner_text("#other-length").startswith("≈ ") == decides
        loose += [(schedule_name, spacing, S, eta)] if decides else []
    assert loose == [("cosine", "even", 1, 0)]


def test_the_even_sequence_is_one_that_2_10_allows_and_the_quadratic_one_ends_at_T():
    for S in (*grids.Grid().steps, 1, 3, 999):
        assert schedule.is_even(tau_of("even", S), T, S)
        assert grids.quadratic(S).tolist() == tau_of("quadratic", S).tolist()
        assert (np.diff(grids.quadratic(S)) > 0).all() and grids.quadratic(S)[-1] == T


def test_at_S_1000_both_spacings_are_one(tmp_path, opened):  # noqa: F811
    """And there the table's β_t is right, and so is prev = t − 1."""
    grid = grids.Grid(steps=(T,), etas=(0.5,), most=2)
    make(tmp_path / "explore.html", grid, only=("tables", "coefficients"))
    seen, want = opened(tmp_path / "explore.html"), float(DATA.ddim_output(TABLES["cosine"], range(1, T + 1), 0.5)[1])
    for mistake in ("table_beta_on_subsequence", "previous_in_the_full_chain"):
        shown = seen.page.evaluate(SET, {"schedule": "cosine", "spacing": "quadratic", "mistake": mistake})
        assert shown["yours-spread"][0] == pytest.approx(want, abs=NEAR)
        assert shown["other-spread"][0] == pytest.approx(want, abs=NEAR)
    assert seen.page.is_disabled("#spacing")


def test_in_the_last_step_a_zero_is_not_a_rounding(monkeypatch):
    """It goes to data, ᾱ = 1, where ω₀ is 1, and ω_t and σ_t are 0; some of these were 1.1e-16."""
    put(monkeypatch)
    for chain, eta in itertools.product(grids.Grid().chains, (0.0, 0.3, 1.0)):
        w_0, w_t, sigma = points.recovered(chain, eta)[:, -1].tolist()
        assert w_0 == pytest.approx(1, abs=1e-12) and (w_t, sigma) == (0, 0), (chain.key, eta)


def test_a_collapse_to_one_point_is_a_number_and_a_curve_however_small(tmp_path, opened):  # noqa: F811
    """The other root at S = 1000, η = 0, cosine: 2.6e-258, whose square is 0 in float64."""
    grid = grids.Grid(steps=(T,), etas=(0.0,), most=2)
    make(tmp_path / "explore.html", grid, only=("tables", "coefficients"))
    seen, factors = opened(tmp_path / "explore.html"), []
    for a, w_0, w_t, _ in chain_of(TABLES["cosine"], range(1, T + 1), 0.0, "negative_root"):
        factors.append(abs(w_0 * a**0.5 * 0.25 / (a * 0.25 + 1 - a) + w_t))  # E[x_0 | x_t] is linear in x_t
    want = math.exp(sum(map(math.log, factors)))
    shown = seen.page.evaluate(SET, {"schedule": "cosine", "mistake": "negative_root"})
    assert shown["other-spread"][0] == pytest.approx(want, rel=1e-9, abs=0) and 0 < want < 1e-200
    assert seen.page.locator("#density .wrong").count() == 1
    assert "NaN" not in seen.page.inner_html("#density")


def test_the_key_of_the_density_names_the_dashed_line_only_where_it_is(whole, opened):  # noqa: F811
    seen = opened(whole)
    for mistake in ("", "negative_root"):
        seen.page.evaluate(SET, {"mistake": mistake})
        assert ("dashed" in seen.page.inner_text("#density + figcaption")) == bool(mistake)


def test_at_eta_0_ten_steps_end_near_those_of_1000_and_fewer_nearer_the_middle():
    """As the page says under the paths."""
    x_T, z = drawn()
    for schedule_name, spacing in itertools.product(TABLES, grids.SPACINGS):
        end, far, middle = goal(schedule_name), {}, {}
        for S in (2, 5, 10):
            ends = states_of(chain_of(TABLES[schedule_name], tau_of(spacing, S), 0.0, ""), x_T, z)[-1]
            far[S] = np.linalg.norm(ends - end, axis=1).mean()
            middle[S] = np.linalg.norm(ends, axis=1).mean() / np.linalg.norm(end, axis=1).mean()
        assert far[10] < 0.2 and far[10] < far[5] / 2 < far[2] / 2 and middle[2] < middle[5] < 1


def test_the_page_has_the_numbers_of_the_handouts_misprints(whole, opened):  # noqa: F811
    """β outside the root, and the other root, at S = 50."""
    state = {"S": 2, "eta": 2, "mistake": "beta_outside_root"}
    shown = opened(whole).page.evaluate(SET, state)
    assert (shown["other-spread"][1], shown["yours-spread"][1]) == ("0.4703", "0.4441")
    shown = opened(whole).page.evaluate(SET, state | {"eta": 0, "mistake": "negative_root"})
    assert (shown["other-spread"][1], shown["yours-spread"][1]) == ("5.9e-8", "0.4714")


def test_fid_gets_better_though_the_sampler_is_wrong(whole, opened):  # noqa: F811
    seen = opened(whole)
    shown = seen.page.evaluate(SET, {"S": 1, "eta": 2, "mistake": "table_beta_on_subsequence"})
    assert shown["other-fid"][0] < shown["yours-fid"][0]
    assert "FID is better with the mistake" in seen.page.inner_text("#verdict")
    seen.page.evaluate(SET, {"eta": 0})
    assert "FID is the same" in seen.page.inner_text("#verdict")
    seen.page.evaluate(SET, {"mistake": "negative_root"})
    assert "FID is worse" in seen.page.inner_text("#verdict")


def test_a_slider_that_moves_draws_what_depends_on_it_alone_and_long_paths_coarser(whole, opened):  # noqa: F811
    seen = opened(whole)
    seen.page.evaluate(SET, {"S": 1, "eta": 2, "mistake": "negative_root"})
    drawn = "() => ['paths-other', 'back-paths', 'curve-w0'].map(id => $(id).firstChild)"
    before = seen.page.evaluate_handle(drawn)
    again = f"before => ({drawn})().map((each, i) => each !== before[i])"
    for slider, want in (("step", [False, False, True]), ("eta", [True, False, True]), ("S", [True, True, True])):
        seen.page.evaluate(SET, {slider: 2 if slider == "step" else 0})
        assert seen.page.evaluate(again, before) == want
    line = """(moving) => {
      const states = Array.from({ length: 501 }, (_, i) => [i, -i]);
      drawPaths('paths-other', { states, others: [] }, DATA.paths.smooth.linear, moving);
      return $('paths-other').querySelector('.way').getAttribute('d').split('L');
    }"""
    whole_line, coarse = seen.page.evaluate(line, False), seen.page.evaluate(line, True)
    assert (len(whole_line), len(coarse)) == (501, 101) and whole_line[-1] == coarse[-1] == "500 500"


def test_what_the_page_proposes_to_try_can_be_tried_and_shows_what_it_says(whole, opened):  # noqa: F811
    """Each stop is on the command's grid; what is claimed of FID and of a collapse is so by the oracle."""
    seen, grid, spreads = opened(whole), grids.Grid(), {}
    tour = seen.page.evaluate("TOUR")
    assert len(tour) == len(WORDS["en"]["tour"])
    assert sorted(seen.page.evaluate("[MISTAKES.misprints, MISTAKES.slips].flat()")) == sorted(MISTAKES)
    for stop in tour:
        S, eta, mistake = stop["S"], stop["eta"], stop.get("mistake", "")
        assert S in grid.steps and eta in grid.etas
        for each in ("", mistake):
            spreads[S, eta, each] = spread(chain_of(TABLES["linear"], tau_of("even", S), eta, each), spectrum())
    fid = {place: gaussian.w2(0, out, 0, spectrum()) ** 2 for place, out in spreads.items()}
    assert fid[5, 1, "table_beta_on_subsequence"] < 0.7 * fid[5, 1, ""]
    assert fid[T, 1, "table_beta_on_subsequence"] == pytest.approx(fid[T, 1, ""])
    assert fid[20, 0, "ends_at_first_alpha_bar"] < fid[20, 0, ""]
    assert spreads[50, 0, "negative_root"].max() < 0.002 * spectrum().max()
    seen.page.locator("summary").click()
    seen.page.locator("#tour button").nth(2).click()
    assert [seen.page.inner_text(f"#{name}-now") for name in ("S", "eta")] == ["5", "1"]
    assert seen.page.evaluate("document.activeElement.id") == "numbers-h"  # where it is seen
    assert seen.page.evaluate("TOUR.every(stop => document.getElementById(`${stop.look}-h`))")
    assert seen.page.input_value("#mistake") == "table_beta_on_subsequence"
    assert seen.page.inner_text("#numbers [data-note]").startswith("σt with βt from the table")
    seen.page.locator("#return a").click()
    assert seen.page.evaluate("location.hash") == "#try"
    last = tour[5]
    assert last["step"] == last["S"]  # the one step that shows this mistake
    seen.page.evaluate("to => visit({ ...to, S: 5, step: 5 })", last)
    assert seen.page.inner_text("#step-now") == "200 → 0" and seen.page.inner_text("#yours-wt") == "0"
    assert float(seen.page.inner_text("#other-wt")) > 0.01


def test_the_mistakes_are_in_the_catalogue_and_at_some_position_fid_gets_no_worse():
    """What the page says of the five; and their images are made of the same mistakes."""
    seen, slips = {cause for cause, _ in wrong_chains.CHAINS["ddim_sample"]}, MISTAKES[3:]
    assert list(wrong.MISTAKES) == MISTAKES and len(slips) == 5 and set(slips) <= seen
    assert all(hints.words(each) for each in slips)

    def fid(S, eta, mistake):
        out = spread(chain_of(TABLES["linear"], tau_of("even", S), eta, mistake), spectrum())
        return gaussian.w2(0, out, 0, spectrum()) ** 2

    places = [(S, eta) for S in (5, 20, T) for eta in (0.0, 0.2, 1.0)]
    right = {place: fid(*place, "") for place in places}
    for each in slips:
        ratios = [fid(*place, each) / right[place] for place in places]
        assert min(ratios) < 1 + 1e-9 and max(abs(ratio - 1) for ratio in ratios) > 0.01, (each, ratios)


def test_a_mistake_in_your_step_is_the_oracles(monkeypatch):
    """Beside a network that knows N(0, 0.5²), each with its own noise."""
    put(monkeypatch)
    table, draw = TABLES["linear"], torch.Generator().manual_seed(10)
    known = gaussian.GaussianData(0.0, 0.5)
    monkeypatch.setattr(images, "network", lambda: lambda x, t: torch.from_numpy(known.eps(x.numpy(), table[t[0]])))
    x_T = torch.randn(3, 1, 2, 2, dtype=torch.float64)
    found = wrong.sample(x_T, 5, (0.0, 0.7))
    z = [torch.randn(x_T.shape, generator=draw, dtype=torch.float64).numpy() for _ in range(5)]
    for mistake in MISTAKES:
        for eta, got in zip((0.0, 0.7), found[mistake]):
            x = x_T.numpy()
            for (a, w_0, w_t, sigma), fresh in zip(chain_of(table, tau_of("even", 5), eta, mistake), z):
                x_0_pred = (x - (1 - a) ** 0.5 * known.eps(x, a)) / a**0.5
                x = w_0 * x_0_pred + w_t * x + sigma * fresh
            assert np.allclose(got.numpy(), x, rtol=1e-9, atol=1e-9), mistake


# Metrics


def test_the_tables_of_metrics_are_those_that_were_measured(whole, opened):  # noqa: F811
    """Of the nearest S, with the row of the nearest η marked; and both that no slider moves."""
    seen = opened(whole)
    kept = {name: (ASSETS / "tables" / f"{name}.csv") for name in ("fashion-seed0", "few_images", "blind_spots")}
    tables = {name: list(csv.DictReader(path.open(newline="", encoding="utf-8"))) for name, path in kept.items()}
    rows = "id => [...document.getElementById(id).rows].map(row => [...row.cells].map(cell => cell.textContent))"
    for place, S in ((0, "5"), (2, "50")):
        seen.page.evaluate(SET, {"S": place, "eta": 1})
        want = [
            [f"η = {float(row['eta']):g}"]
            + [
                f"{float(row[name]):.{digits}f} ± {float(row[spread]):.{digits}f}"
                for name, spread, digits in (("is", "is_std", 2), ("fid", "fid_interval", 1), ("kid", "kid_std", 2))
            ]
            for row in tables["fashion-seed0"]
            if row["S"] == S
        ]
        assert seen.page.evaluate(rows, "cells") == want and len(want) == 4
        assert seen.page.inner_text("#cells tr[aria-current] th").replace("\u00a0", " ") == "η = 0.2"
    names = WORDS["en"]["sets"]
    want = [[names[name], *found] for name, *found in map(dict.values, tables["blind_spots"])]
    assert seen.page.evaluate(rows, "blind") == want
    assert all(f"S = {blind_spots.S}" in each["sets"]["network, η = 1"] for each in WORDS.values())
    few = [[row[name] for name in list(row)[:3] + ["FID, test set"]] for row in tables["few_images"]]
    assert seen.page.evaluate(rows, "few") == few


# By hand


def test_it_works_by_keyboard_and_says_each_state(whole, opened):  # noqa: F811
    seen = opened(whole)
    keys, active = seen.page.keyboard, lambda: seen.page.evaluate("document.activeElement.id")
    for _ in range(10):
        keys.press("Tab")
        if active() == "S":
            break
    keys.press("Home")
    keys.press("ArrowRight")
    assert active() == "S" and seen.page.inner_text("#S-now") == "5"
    assert seen.page.get_attribute("#S", "aria-valuetext") == "S = 5"
    keys.press("Tab")
    keys.press("End")
    said = seen.page.inner_text("[role=status]").replace("\u00a0", " ")
    assert active() == "eta" and said.startswith("S = 5, η = 1, linear schedule, τ even")
    assert "standard deviation 0.2483" in said
    for name in ("schedule", "spacing", "mistake"):
        keys.press("Tab")
        assert active() == name
    keys.type("the table")
    assert seen.page.input_value("#mistake") == "table_beta_on_subsequence"
    assert "the table's βt: standard deviation 0.2625" in seen.page.inner_text("[role=status]")  # the t below the line
    keys.press("Tab")
    keys.press("Tab")  # past what the page proposes to try
    assert active() == "step" and seen.page.inner_text("#step-now") == "1000 → 800"
    keys.press("End")
    assert seen.page.inner_text("#step-now") == "200 → 0"


def test_each_picture_has_a_description_that_follows_the_sliders(whole, opened):  # noqa: F811
    seen = opened(whole)
    labels = "[...document.querySelectorAll('[role=img], img')].filter(e => e.checkVisibility() && e.id != 'few-drawn')"
    labels += ".map(e => e.alt ?? e.ariaLabel)"
    seen.page.evaluate(SET, {"S": 0, "eta": 0})
    before = seen.page.evaluate(labels)
    seen.page.evaluate(SET, {"S": 1, "eta": 2})
    after = seen.page.evaluate(labels)
    assert len(before) == len(after) == 12 and all(before + after)
    assert [a for a, b in zip(before, after) if a == b] == []


def test_the_description_of_a_curve_has_the_mistakes_too(whole, opened):  # noqa: F811
    """At its ends, as the table of a step has them."""
    seen, names = opened(whole), {"w0": "ω₀", "wt": "ω_t", "sigma": "σ_t"}
    said = "id => document.getElementById(id).ariaLabel"
    state = {"S": 1, "eta": 2, "mistake": "ends_at_first_alpha_bar"}
    shown = [seen.page.evaluate(SET, state | {"step": step}) for step in (1, 5)]
    for id_, name in names.items():
        yours, other = ([each[f"{who}-{id_}"][1] for each in shown] for who in ("yours", "other"))
        ends = dict(zip(("first", "last", "wrong_first", "wrong_last"), yours + other))
        assert seen.page.evaluate(said, f"curve-{id_}") == WORDS["en"]["say-curve-wrong"].format(name=name, **ends)
    seen.page.evaluate(SET, {"mistake": ""})
    assert "mistake" not in seen.page.evaluate(said, "curve-wt")


def test_what_the_slides_say_nothing_of_is_not_called_a_misprint(whole, opened):  # noqa: F811
    """2.8: the other root stands beside two misprints, and its note says that no slide has it."""
    assert "The slide says nothing" in WORDS["en"]["mistakes"]["negative_root"]["note"]
    group = "document.querySelector('[value=negative_root]').closest('optgroup').label"
    assert "say nothing" in opened(whole).page.evaluate(group)


VIEWS = [
    (PHONE, "light", "en", "English"),
    (PHONE, "dark", "zh-TW", "繁體中文"),
    (DESK, "light", "zh-TW", "繁體中文"),
    (DESK, "dark", "en", "English"),
]


@pytest.mark.parametrize("width, scheme, language, locale", VIEWS)
def test_axe_finds_nothing_in_either_language(whole, opened, width, scheme, language, locale):  # noqa: F811
    seen = opened(whole, width, scheme)
    seen.page.get_by_role("button", name=locale).click()
    assert seen.page.evaluate("document.documentElement.lang") == language
    seen.page.evaluate(SET, {"S": 1, "eta": 2, "mistake": "table_beta_on_subsequence"})
    assert seen.violations() == [] and seen.overflow() <= 0 and seen.asked == []
    assert seen.page.evaluate("[...document.querySelectorAll('[data-word]')].filter(e => !e.textContent).length") == 0


def test_both_languages_have_the_same_words():
    def shape(value):
        if isinstance(value, dict):
            return {name: shape(each) for name, each in value.items()}
        if isinstance(value, list):
            return [shape(each) for each in value]
        return sorted(re.findall(r"\{\w+\}", value))

    assert shape(WORDS["en"]) == shape(WORDS["zh-TW"])
    html = (STARTER / "explorer" / "page.html").read_text("utf-8")
    script = "".join((STARTER / "explorer" / f"{name}.js").read_text("utf-8") for name in ("words", "show", "images"))
    used = re.findall(r'data-word="([\w-]+)"', html) + re.findall(r'word\("([\w-]+)"\)|, "(say-\w+)"', script)
    assert {name for each in used for name in ([each] if isinstance(each, str) else each) if name} <= set(WORDS["en"])


# What isn't done, or is wrong


def waiting(seen):
    """What is said in the place of the parts that were made in a test."""
    return [said for said in seen.page.locator(".waits:visible").all_inner_texts() if "not made in this" not in said]


def test_on_the_untouched_starter_each_part_is_a_sentence(tmp_path, opened):  # noqa: F811
    make(tmp_path / "explore.html", GRID, STARTER, only=OF_YOURS)
    seen = opened(tmp_path / "explore.html")
    assert waiting(seen) == ["Not here yet: waits for task 2.10, ddim_timesteps"] * 6
    assert seen.violations() == [] and seen.page.locator("[role=img]:visible").count() == 0
    seen.page.get_by_role("button", name="繁體中文").click()
    assert "這一部分還不能顯示： 要先完成 2.10 題的 ddim_timesteps" in seen.page.inner_text("#paths")
    seen.page.evaluate(SET, {"S": 1, "mistake": "table_beta_on_subsequence"})  # nothing breaks
    assert seen.page.inner_text("#S-now") == "5"


STEP = "    x_0_pred = predict_x_0(x_t, alpha_bar_t, eps)\n    sigma_t"
SIGMA = "((1.0 - alpha_bar_prev) / (1.0 - alpha_bar_t) * beta_t)"
ASKS = "        eps = eps_model(x_t, time_like(x_t, t))\n"
SMALL = grids.Grid(steps=(5,), etas=(0.0, 0.5))


def test_one_function_that_is_missing_is_named_in_each_part(tmp_path, opened):  # noqa: F811
    todo = ("sampler.py", STEP, "    raise NotImplementedError('TODO 2.9: ddim_step')\n    sigma_t")
    make(tmp_path / "explore.html", SMALL, SOLUTION, todo, only=OF_YOURS)
    assert set(waiting(opened(tmp_path / "explore.html"))) == {"Not here yet: waits for task 2.9, ddim_step"}


def test_without_the_bonus_the_rest_is_shown(tmp_path, opened):  # noqa: F811
    todo = (
        "sampler.py",
        "    x_t, steps = x_0, [0, *tau",
        "    raise NotImplementedError('TODO 2.12')\n    x_t, steps = x_0, [0, *tau",
    )
    make(tmp_path / "explore.html", SMALL, SOLUTION, todo, only=("tables", "coefficients", "there_and_back"))
    seen = opened(tmp_path / "explore.html")
    assert seen.page.inner_text("#back-points-waits") == "Not here yet: waits for task 2.12, ddim_invert"
    assert seen.page.is_visible("#curve-w0") and seen.page.is_hidden("#back-points")


def test_a_wrong_step_is_said_to_be_wrong(tmp_path, opened):  # noqa: F811
    wrong = ("sampler.py", f"eta * {SIGMA}.sqrt()", f"eta * {SIGMA}")
    make(tmp_path / "explore.html", SMALL, SOLUTION, wrong, only=("tables", "coefficients"))
    seen = opened(tmp_path / "explore.html")
    assert "not the right one" not in seen.page.inner_text("[role=status]")
    seen.page.evaluate(SET, {"eta": 1})
    assert "Your step is not the right one here; make test T=2.9 says more." in seen.page.inner_text("[role=status]")


def test_a_sampler_that_asks_too_often_waits_to_be_repaired(tmp_path, opened):  # noqa: F811
    twice = ("sampler.py", f"{ASKS}        if eta > 0:", f"{ASKS}{ASKS}        if eta > 0:")
    made = make(tmp_path / "explore.html", SMALL, SOLUTION, twice, only=("tables", "paths"))
    fault = "it asked the model 10 times for S = 5"
    said = f"waits for task 2.11 to be repaired: {fault} (make test T=2.11)"
    assert made["paths"] == {"waits": {"said": said, "task": "2.11", "function": "ddim_sample", "fault": fault}}
    seen = opened(tmp_path / "explore.html")
    seen.page.get_by_role("button", name="繁體中文").click()
    assert f"要先修好 2.11 題：{fault}（make test T=2.11）" in seen.page.inner_text("#paths")
    assert seen.page.inner_text("#paths-waits [lang=en]") == fault


def test_numbers_beyond_all_bounds_are_shown_as_they_are(tmp_path, opened):  # noqa: F811
    huge = ("sampler.py", "    x_0 = x_t\n    # --- end 2.11", "    x_0 = x_t * 1e200\n    # --- end 2.11")
    make(tmp_path / "explore.html", SMALL, SOLUTION, huge, only=("tables", "paths", "there_and_back"))
    seen, wrong = opened(tmp_path / "explore.html"), []
    seen.page.on("pageerror", lambda error: wrong.append(error))
    seen.page.evaluate(SET, {"eta": 1, "mistake": "negative_root"})
    assert seen.page.inner_text("#back-error") == "Infinity" and wrong == []


def test_an_error_message_is_text_and_never_code(tmp_path, opened):  # noqa: F811
    code = "</script><script>document.title = 1</script><img src=x onerror=document.title=2>"
    hostile = ("sampler.py", "    tau = torch.arange(1, S + 1) * T // S", f"    raise ValueError({code!r})")
    make(tmp_path / "explore.html", SMALL, SOLUTION, hostile, only=("tables", "paths"))
    seen = opened(tmp_path / "explore.html")
    assert code in seen.page.inner_text("#paths")
    assert seen.page.title() == WORDS["en"]["title"] and seen.asked == []


# The command


def test_the_command_writes_one_file_and_says_what_waits(tmp_path, monkeypatch, capsys):
    put(monkeypatch, STARTER)
    monkeypatch.setattr(images, "all_real", pixels)
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)  # other tests keep theirs
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["explore.py"])
    main()
    size = (tmp_path / "explore.html").stat().st_size
    assert [each.name for each in tmp_path.iterdir()] == ["explore.html"]
    said = f"waits for task 2.10, ddim_timesteps\nexplore.html: {size / 1e6:.1f} MB; open it in a browser\n"
    assert capsys.readouterr().out == said


def test_what_the_command_cannot_do_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["explore.py", "--out", "no/such/folder.html"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == "explore.py: there is no folder no/such"


def test_without_a_package_a_sentence_says_what_to_type():
    code = f"import runpy, sys; sys.modules['torch'] = None; sys.path.insert(0, {str(STARTER)!r}); "
    code += f"runpy.run_path({str(STARTER / 'explore.py')!r}, run_name='__main__')"
    command = [sys.executable, "-B", "-c", code]
    done = subprocess.run(command, cwd=STARTER, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr
        == "explore.py: the package torch is missing here; python assignment.py lists the commands that bring it\n"
    )
