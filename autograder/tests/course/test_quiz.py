"""The bank of questions and the papers: what is right, what mistakes give, what papers share, and what no one tells."""

import math
import re
from collections import Counter
from itertools import combinations, pairwise

import pytest

import quiz_answers
from course.quiz.bank.bank import BANK, of
from course.quiz.mistakes import BELIEFS, as_text
from course.quiz.papers import TooMany, papers
from course.quiz.question import PLACE, POINTS, Text, shown, tolerance
from course.quiz.strata import STRATA
from grader.causes.hints import HINTS
from grader.settings import LANGUAGES

BY_KEY = {question.key: question for question in BANK}
ASKED = [asked for question in BANK for asked in question.drawable]
SEEDS = (1, 2, 3, 20, 2026)
SETS = {seed: papers(seed, 100) for seed in SEEDS}
PAPERS = [paper for made in SETS.values() for paper in made]
SLIDES = {  # the headings of the lecture under which something is asked or stated
    "(Stein) Score Function",
    "Tweedie's Formula",
    "Langevin Dynamics",
    "Noise-Conditional Score-Based Models",
    "Annealed Langevin Dynamics",
    "Stochastic Differential Equations",
    "Denoising Diffusion Implicit Models (DDIM)",
    "Key Idea",
    "DDPM vs. DDIM",
    "Loss Function",
    "DDPM Reverse Process",
    "DDIM Reverse Process",
    "DDIM",
    "Controlling Stochasticity",
    "Accelerating Sampling Process",
    "DDIM Summary",
    "Diffusion Models – Pros and Cons",
    "想像你要在城市裡找餐廳",
    "Evaluation Metrics for Generative Models",
    "A. 關鍵差異：隨機 vs 確定性",
}


def numeric(asked):
    return {cause: answer for cause, answer in asked.wrong.items() if isinstance(answer, float)}


def near(one, other):
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


# Numbers


def test_every_number_is_what_an_independent_implementation_gives():
    """All numbers that can be drawn, so those of any paper; float64."""
    counted = Counter()
    for asked in ASKED:
        key = asked.question.key
        if isinstance(asked.right, float) and key not in ("which_chain", "which_table"):
            assert near(asked.right, quiz_answers.RIGHT[key](**asked.numbers)), (key, asked.numbers)
            counted[key] += 1
    assert counted.keys() == quiz_answers.RIGHT.keys()


def test_every_wrong_number_is_what_its_mistake_gives():
    counted = Counter()
    for asked in ASKED:
        key = asked.question.key
        for cause, answer in numeric(asked).items() if key not in ("which_chain", "which_table") else ():
            assert near(answer, quiz_answers.WRONG[key][cause](**asked.numbers)), (key, cause, asked.numbers)
            counted[key, cause] += 1
    assert counted.keys() == {(key, cause) for key, wrong in quiz_answers.WRONG.items() for cause in wrong}


def test_no_answer_is_another_within_tolerance():
    for asked in ASKED:
        answers = [asked.right, *asked.wrong.values()]
        numbers = [answer for answer in answers if isinstance(answer, float)]
        for one, other in combinations(numbers, 2):
            assert abs(one - other) > tolerance(one) + tolerance(other), (asked.question.key, asked.numbers)
        for language in LANGUAGES:
            words = [asked.answer(answer, language) for answer in answers if answer is not None]
            assert len(set(words)) == len(words), (asked.question.key, words)


def test_no_calculator_is_needed():
    """What is to be calculated has three decimals at most."""
    for asked in ASKED:
        if asked.question.stratum.kind == "number":
            assert near(asked.right, round(asked.right, 3)), (asked.question.key, asked.numbers)


def test_the_numbers_are_in_the_text():
    """Each number of a question with a number to find is printed, as the answer takes it, in both languages."""
    for asked in ASKED:
        question = asked.question
        if not question.more and not question.figure:
            for language in LANGUAGES:
                text = asked.text(language)
                assert all(shown(value) in text for value in asked.numbers.values()), (question.key, text)
                assert all(
                    float(shown(value).strip("{}")) == pytest.approx(value, abs=1e-12)
                    for value in asked.numbers.values()
                )


# Evidence


def points(figure):
    """The values of the points of each panel, by the places of its ticks."""
    found = []
    for panel in figure.split("<g transform")[1:]:
        ticks = re.findall(r'y="([\d.]+)" text-anchor="end">([\d.]+)<', panel)
        (low, zero), (high, top) = ((float(place), float(value)) for place, value in (ticks[0], ticks[-1]))
        dots = re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', panel)
        found.append([zero + (float(dot) + 4 - low) / (high - low) * (top - zero) for dot in dots])
    return found


def test_the_right_chain_is_chosen_and_drawn():
    for asked in BY_KEY["which_chain"].drawable:
        numbers = asked.numbers
        panels = points(asked.figure("en"))
        wanted = [sigma for *_, sigma in quiz_answers.chain(numbers["cause"], numbers["S"], numbers["eta"])]
        assert panels[int(asked.right) - 1] == pytest.approx(wanted, abs=0.005)
        for cause, place in asked.wrong.items():
            wanted = [sigma for *_, sigma in quiz_answers.chain(cause, numbers["S"], numbers["eta"])]
            assert panels[int(place) - 1] == pytest.approx(wanted, abs=0.005)
        for one, other in combinations(panels, 2):  # which an eye can tell apart
            assert max(abs(a - b) for a, b in zip(one, other)) > 0.04
        assert {asked.right, *asked.wrong.values()} == {1, 2, 3, 4}


def test_the_right_curve_is_drawn():
    for asked in BY_KEY["recovered_curve"].drawable:
        numbers = asked.numbers
        wanted = [sigma for *_, sigma in quiz_answers.chain(**numbers)]
        assert points(asked.figure("zh-TW")) == [pytest.approx(wanted, abs=0.005)]
        assert asked.right == as_text(numbers["cause"]) and numbers["cause"] not in asked.wrong
        for cause in asked.wrong:  # whose curve is another one, that can be told from this one
            other = [sigma for *_, sigma in quiz_answers.chain(cause, numbers["S"], numbers["eta"])]
            assert max(abs(a - b) for a, b in zip(wanted, other)) > 0.05


def test_the_right_table_is_chosen():
    for asked in BY_KEY["which_table"].drawable:
        rows = re.findall(r"^\| (\d) \| ([01]) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", asked.text("en"), re.MULTILINE)
        assert len(rows) == 8
        for cause, place in {asked.numbers["cause"]: asked.right, **asked.wrong}.items():
            for number, eta, *cells in rows:
                if int(number) == place:
                    wanted = [1000 * abs(quiz_answers.spread(cause, S, float(eta)) - 0.5) for S in (10, 50, 1000)]
                    assert [float(cell) for cell in cells] == pytest.approx(wanted, abs=0.051)


def test_the_spread_says_what_is_wrong():
    """The student's two numbers are those of the right option's mistake, and of no other option's."""
    for asked in BY_KEY["spread_of_the_output"].drawable:
        cause, S = asked.numbers["cause"], asked.numbers["S"]
        found = [float(number) for number in re.findall(r"\$(0\.\d+|0)\$", asked.text("en"))]
        right, got = ([quiz_answers.spread(each, S, eta) for eta in (0, 1)] for each in ("", cause))
        assert found == pytest.approx([*right, *got], abs=0.00051)
        for other in asked.wrong:
            there = [quiz_answers.spread(other, S, eta) for eta in (0, 1)]
            assert max(abs(a - b) for a, b in zip(got, there)) > 0.005, (asked.numbers, other)


def test_the_recovered_step_says_what_is_wrong():
    for asked in BY_KEY["recovered_step"].drawable:
        numbers = dict(asked.numbers)
        cause = numbers.pop("cause")
        rows = re.findall(r"\| \$\{?([-\d.]+)\}?\$ \| \$\{?([-\d.]+)\}?\$ \|", asked.text("en"))
        right, got = zip(*((float(a), float(b)) for a, b in rows))
        assert right == pytest.approx(quiz_answers.recovered("", **numbers), abs=5e-5)
        assert got == pytest.approx(quiz_answers.recovered(cause, **numbers), abs=5e-5)
        for other in asked.wrong:
            there = quiz_answers.recovered(other, **numbers)
            assert max(abs(a - b) for a, b in zip(got, there)) > 0.02, (asked.numbers, other)


# The bank


def test_the_bank_is_whole():
    assert len(BANK) >= 40 and len(BY_KEY) == len(BANK)
    assert {question.slide for question in BANK} == SLIDES
    assert all(len(of(stratum)) >= 4 for stratum in STRATA)
    for question in BANK:
        kind = question.stratum.kind
        assert len(question.must) == (POINTS[kind] if kind == "written" else 1), question.key
        assert len(question.wrong) >= (1 if kind == "written" else 3), question.key
        assert all(len(asked.wrong) == 3 for asked in question.drawable if kind == "choice"), question.key
        assert (question.right is None) == (kind == "written")
        assert len(question.drawable) >= (7 if kind == "number" else 1), question.key


def test_both_languages_say_the_same():
    """The same formulas and places; and Chinese is there."""
    for question in BANK:
        texts = [question.text, *question.must]
        texts += [answer for answer in (question.right, *question.wrong.values()) if isinstance(answer, Text)]
        for text in texts:
            formulas = [set(re.findall(r"\$[^$]+\$", each)) for each in (text.en, text.zh)]
            assert formulas[0] == formulas[1], (question.key, text)
            assert set(PLACE.findall(text.en)) - {"en"} == set(PLACE.findall(text.zh)) - {"zh"}
            assert re.search("[\u3400-\u9fff]", text.zh) or text.en == text.zh, text
    assert not BELIEFS.keys() & HINTS.keys()
    assert {cause for asked in ASKED for cause in numeric(asked)} <= {*BELIEFS, *HINTS}
    for cause in (*BELIEFS, *HINTS):  # the viva says each of them
        text = as_text(cause)
        assert re.search("[\u3400-\u9fff]", text.zh), cause
        assert not re.search(r"\$[_²]", text.en + text.zh), cause  # an index or a square outside its formula


# Papers


def test_all_papers_are_equally_difficult():
    wanted = [(stratum.key, stratum.kind, stratum.level, stratum.points) for stratum in STRATA]
    for paper in PAPERS:
        strata = [item.question.stratum for item in paper.items]
        assert [(each.key, each.kind, each.level, each.points) for each in strata] == wanted
        assert paper.points == sum(each.points for each in STRATA) == 30


def test_no_two_neighbours_are_alike():
    for made in SETS.values():
        assert [paper.number for paper in made] == list(range(1, 101))
        for one, other in pairwise(made):
            assert not {item.question for item in one.items} & {item.question for item in other.items}


def test_no_paper_has_the_numbers_of_another():
    """Of a set no two have one calculation with the same numbers, so nobody can copy its result."""
    for made in SETS.values():
        drawn = [item.asked for paper in made for item in paper.items if item.question.stratum.kind == "number"]
        assert len(set(drawn)) == len(drawn)


def test_all_questions_are_used_alike():
    for made in SETS.values():
        counts = Counter(item.question for paper in made for item in paper.items)
        assert counts.keys() == set(BANK)
        for stratum in STRATA:
            shares = [counts[question] * len(of(stratum)) / len(made) for question in of(stratum)]
            assert 0.4 <= min(shares) and max(shares) <= 2, (stratum.key, shares)


def test_no_question_tells_the_answer_of_another_of_its_paper():
    """By what they are about, and by the formulas: none that an answer is to contain stands in another's text."""
    for paper in PAPERS:
        about = [each for item in paper.items for each in item.question.about]
        assert len(set(about)) == len(about)
        for item in paper.items:
            wanted = set(long_formulas(" ".join(item.asked.must("en"))))
            if isinstance(item.asked.right, Text):
                wanted |= set(long_formulas(item.asked.right.en))
            for other in paper.items:
                if other is not item:
                    assert not wanted & set(long_formulas(other.asked.text("en"))), (
                        item.question.key,
                        other.question.key,
                    )


def long_formulas(text):
    """The sides of the formulas in a text that say more than a symbol."""
    for formula in re.findall(r"\$([^$]+)\$", text):
        for side in re.split(r"(?<![\\{(])=|\\quad|,", formula):
            if len(side.strip()) > 16 and re.search(r"sqrt|frac| [-+] ", side):
                yield side.strip()


def test_the_same_seed_gives_the_same_papers():
    def told(made):
        return [[(item.question.key, item.asked.numbers, item.options) for item in paper.items] for paper in made]

    assert told(papers(1, 12)) == told(SETS[1][:12]) != told(SETS[2][:12])


def test_options_do_not_give_themselves_away():
    """The right one is at each letter, and not the longest too often: in a share of choices of at most a half."""
    choices = [item for paper in PAPERS for item in paper.items if item.options]
    letters = Counter(item.letter for item in choices)
    assert min(letters[letter] for letter in "ABCD") > len(choices) / 8
    worded = [item for item in choices if isinstance(item.asked.right, Text)]
    longest = sum(
        len(item.asked.answer(item.asked.right, "en")) == max(len(item.asked.answer(a, "en")) for _, a in item.options)
        for item in worded
    )
    assert longest < len(worded) / 2


def test_more_papers_than_can_differ_are_refused():
    with pytest.raises(TooMany) as refused:
        papers(1, 100_000)
    assert 100 <= refused.value.possible < 1000 and len(papers(1, refused.value.possible)) == refused.value.possible
