"""What a course decides: the settings file, what is said of a bad one, and what each setting does to the results."""

import json
import re
import shutil
from itertools import count
from pathlib import Path

import pytest
from test_reporter import FAIL, IMPORTS, PASS, SAMPLER, check
from typer.testing import CliRunner

import course.__main__
import workshop.__main__
from grader import course_file, overlay, settings, tasks
from grader.marking import mark as marking
from grader.outcomes import BadSettings
from grader.paths import CHECKS, CORPUS, ROOT, SOLUTION
from grader.settings import Settings
from grader.student.session import Session
from grader.tasks import ROWS
from workshop.release import zips
from workshop.trust import corpus

pytestmark = pytest.mark.slow

COURSE = course_file.FILE.read_text("utf-8")
BAD = {  # what is changed in the file as shipped, and what is said
    ('visibility = "visible"', 'visibility = "hiden"'): "visibility is 'hiden': input should be 'visible', 'hidden'",
    ('visibility = "visible"', "visibility = true"): "visibility is true: input should be 'visible'",
    ('tier = "cpu"', 'tier = "GPU"'): "tier is 'GPU': input should be 'closed-form', 'cpu' or 'gpu'",
    ("leaderboard = false", "leaderboard = 1"): "leaderboard is 1: give true or false",
    ("leaderboard = false", "lateness = 3"): "there is no setting lateness; there are title, languages, term",
    ('tier = "cpu"', 'tier = "closed-form"\nleaderboard = true'): "cannot be read: a name stands there a second",
    ('tier = "cpu"', "tier = cpu"): "cannot be read: what stands there is no text in straight quotes",
    ('tier = "cpu"', "tier = '\ud800'"): "cannot be read",
    ('["en", "zh-TW"]', '["en", "fr"]'): "languages.1 is 'fr': input should be 'en' or 'zh-TW'",
    ('["en", "zh-TW"]', "[]"): "languages is []: give one at least",
    ('ai = ""', "ai = 3"): "rules.ai is 3: give a text in quotes",
    ('["en", "zh-TW"]', '["en", "en"]'): "languages has en twice; name it once",
    ('["en", "zh-TW"]', '"zh-TW"'): "languages is 'zh-TW': give a list in square brackets, each of its items in quotes",
    ('term = ""', "term = 2027-02-01"): "term is 2027-02-01: give a text in quotes",
    ('contact = ""', 'contact = { en = "Ask.", zh-CN = "问" }'): "contact has 'zh-CN': input should be 'en' or 'zh-TW'",
    ('contact = ""', "contact = { en = 3 }"): "contact.en is 3: give a text in quotes",
    ("title = {", 'title = ""\ncontact = {'): "a name stands there a second time",
    ('title = { en = "From DDPM to DDIM",', 'title = { en = " ",'): "title is {'en': ' ',",
    ('ai = ""', 'ai = "explian"'): 'rules.ai is \'explian\': give "none", "explain" or "free", or a sentence',
    ('ai = ""', 'aid = ""'): "there is no setting rules.aid; there are discussion, ai, late_days",
    ('zip = ""', 'zip = "https://example.edu/a.zip"'): "ends with assignment{assignment}-student.zip",
    ("[links]", '[links]\nforum = "forum.example.edu"'): "links.forum is 'forum.example.edu': give an address",
    ("[links]", '[links]\n"" = "https://example.edu"'): "links has '': give each address a name",
    ('written = ["W1",', 'written = ["W2",'): "written has W2 twice; name it once",
    ('written = ["W1",', 'written = ["W99",'): "written.0 is 'W99': input should be 'W1', 'W2'",
    ("2.8 = 18", '2.8 = "18"'): "points.2.8 is '18': give a number, without quotes",
    ("2.8 = 18", "2.8 = {}"): "points.2.8 is {}: give a number",
    ("2.8 = 18", "2.8 = -18"): "points.2.8 is -18: give points above 0, up to 100",
    ("2.8 = 18", "2.8 = 18.125"): "points.2.8 is 18.125: give points above 0, up to 100, with at most two decimals",
    ("2.8 = 18", "2.8 = 17"): "the points of Assignment 2 sum to 99, not to 100; with reweigh = true they do",
    ("2.8 = 18", "2.13 = 18"): "[points] has 2.13, but there are the tasks 1.1, 1.2",
    ('bonus = ["2.12"]', 'bonus = ["2.12", "2.12"]'): "bonus has 2.12 twice; name it once",
    ("2.12 = 5", ""): "bonus has 2.12, to which [points] gives nothing",
    ('bonus = ["2.12"]', f"bonus = {[row.task for row in ROWS]}"): "all tasks of Assignment 1 are a bonus",
}


def written(tmp_path, old: str, new: str) -> Path:
    path = tmp_path / "course.toml"
    assert COURSE.count(old) == 1
    path.write_text(COURSE.replace(old, new), encoding="utf-8", errors="surrogatepass")
    return path


def test_the_file_as_shipped_says_what_holds_where_nothing_is_said(tmp_path):
    """But for the points, of which nothing said is no task."""
    (tmp_path / "course.toml").write_text("[points]\n2.11 = 100\n2.12 = 5")
    shipped, short = settings.load(), settings.load(tmp_path / "course.toml")
    assert shipped.model_copy(update={"points": {}}) == short.model_copy(update={"points": {}}) == Settings()


@pytest.mark.parametrize("old, new", BAD, ids=str)
def test_what_is_wrong_with_a_course_is_one_sentence(tmp_path, old, new):
    with pytest.raises(BadSettings) as said:
        settings.load(written(tmp_path, old, new))
    assert BAD[old, new] in str(said.value)
    assert str(said.value).startswith("course.toml") and "\n" not in str(said.value)


@pytest.mark.parametrize(
    "text, said",
    [
        ('leaderboard = true\ntier = "closed-form"\n[points]\n1.1 = 100\n2.12 = 5', "takes the trained network"),
        ("leaderboard = true\nbonus = []\n[points]\n1.1 = 100", "the leaderboard is that of 2.11, to which"),
        ("", "[points] names no task; give each task that is given a line, as 1.1 = 10"),
        ("reweigh = true\nbonus = []\n[points]\n1.1 = 0.1\n1.2 = 99.9", "with reweigh = true 1.1 would have no point"),
        ('title = ""\n[points]\n1.1 = 100', "title is '': give one line that is not empty, or one for each language"),
        ('bonus = ["1.2"]\n[points]\n1.1 = 9\n1.2 = 9.5', "the bonus of Assignment 1 is 9.5, more than its 9 points"),
        ("points = 3", "points is 3: give a section of its own"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(tmp_path, text, said):
    (tmp_path / "course.toml").write_text(text)
    with pytest.raises(BadSettings, match=re.escape(said)):
        settings.load(tmp_path / "course.toml")


@pytest.mark.parametrize("points", ["0", "inf"])
def test_points_of_which_there_are_no_shares_are_told_by_the_settings(points, tmp_path, monkeypatch):
    """And by no traceback while the table of tasks is made, before any command has begun."""
    path, read = tmp_path / "course.toml", course_file.read
    path.write_text(f"reweigh = true\nbonus = []\n[points]\n1.1 = {points}\n")
    monkeypatch.setattr(course_file, "read", lambda file=path: read(file))
    assert tasks._table() == []
    with pytest.raises(BadSettings, match="points above 0, up to 100"):
        settings.load(path)


def test_a_bonus_of_which_nothing_is_said_is_one(tmp_path):
    """A line that is left out has the value of the file as shipped: in the settings and in the points."""
    path = written(tmp_path, 'bonus = ["2.12"]', "")
    assert settings.load(path).bonus == ["2.12"]
    assert [task.task for task in tasks.given(course_file.read(path)) if task.bonus] == ["2.12"]
    path.write_text("[points]\n1.1 = 100")
    assert settings.load(path).points == {"1.1": 100}  # a course without 2.12 need not say that it is none


def test_settings_of_a_former_version_are_not_left_unread(tmp_path):
    (tmp_path / "settings.toml").write_text('visibility = "hidden"')
    with pytest.raises(BadSettings, match=r"^settings\.toml is no longer read: move its lines into course\.toml, and"):
        settings.load(written(tmp_path, 'tier = "cpu"', 'tier = "gpu"'))


@pytest.mark.parametrize(
    "encoding, said", [("utf-8-sig", ""), ("utf-16", "it is not in UTF-8"), ("big5", "it is not in")]
)
def test_a_file_that_another_editor_saved_is_read_or_the_encoding_is_named(tmp_path, encoding, said):
    """Some editors put a mark at the beginning of a text in UTF-8; a course in Chinese may be saved in Big5."""
    (tmp_path / "course.toml").write_text(COURSE, encoding, errors="replace")
    if not said:
        assert settings.load(tmp_path / "course.toml") == settings.load()
        return
    with pytest.raises(BadSettings, match=f"^course.toml cannot be read: {said}"):
        settings.load(tmp_path / "course.toml")


def test_a_course_without_its_file_is_told_so(tmp_path):
    with pytest.raises(BadSettings, match="course.toml cannot be read: .*No such file"):
        settings.load(tmp_path / "course.toml")


@pytest.mark.parametrize(
    "app, command",
    [
        (course.__main__.app, ["grade"]),
        (course.__main__.app, ["grade", "--assignment", "2"]),
        (workshop.__main__.app, ["release"]),
    ],
)
def test_bad_settings_stop_a_command_before_anything_runs(tmp_path, monkeypatch, app, command):
    bad = written(tmp_path, 'tier = "cpu"', "tier = 3")
    monkeypatch.setattr("grader.commands.load", lambda: settings.load(bad))
    done = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "out")])
    left = [path for path in (tmp_path / "out").rglob("*") if path.is_file() and path.name != ".lock"]
    assert done.exit_code == 2 and {json.loads(path.read_text())["score"] for path in left} <= {0}
    assert done.output.startswith("Nothing was done: course.toml: tier is 3: ") and done.output.count("\n") == 1


def test_the_settings_are_in_the_autograder_zips_alone(tmp_path):
    for name in zips.ZIPS:
        path = zips.write(tmp_path / name, ROOT)
        assert ("autograder/course.toml" in str(zips.allow_list(path.name))) == ("autograder" in name)


# What they do


@pytest.fixture
def run(tmp_path, monkeypatch, zygote):
    """Marks a submission by tiny checks, or copies of real ones, under some settings: gives results.json."""
    monkeypatch.setattr(marking, "CHECKS", tmp_path / "checks")
    names = count()

    def mark(*files: str, assignment=1, at="closed-form", given=None, **decided):
        folder = tmp_path / "checks" / f"assignment{assignment}"
        folder.mkdir(parents=True, exist_ok=True)
        for text in files:
            (folder / f"test_{tmp_path.name}_{next(names)}.py").write_text(text)
        given = given or overlay.Submission({"sampler.py": SAMPLER.encode(), "score.py": b""})
        marking.mark(Session(zygote, given, at), assignment, tmp_path / "out", "", Settings(**decided))
        shutil.rmtree(folder)
        return json.loads((tmp_path / "out" / "results.json").read_text())

    return mark


@pytest.mark.parametrize("visibility", ["hidden", "after_due_date", "after_published"])
def test_hidden_checks_are_not_told_above_them_either(run, visibility):
    body = check("1.1.1", PASS) + check("1.1.2", FAIL)
    shown, hidden = run(IMPORTS + body), run(IMPORTS + body, visibility=visibility)
    assert {test["visibility"] for test in shown["tests"]} == {"visible"}
    assert {test["visibility"] for test in hidden["tests"]} == {visibility}
    assert "5 of 10 points" in shown["output"] and "1.1.2" in shown["output"]
    assert hidden["output"].startswith("Your submission is marked.")
    assert not any(told in hidden["output"] for told in ("points", "5 of", "1.1.2", "went wrong"))
    assert [shown[key] for key in ("score", "visibility")] == [hidden[key] for key in ("score", "visibility")]
    assert [test["score"] for test in shown["tests"]] == [test["score"] for test in hidden["tests"]]


def test_a_file_that_is_missing_is_told_although_the_checks_are_hidden(run):
    given = overlay.Submission({"score.py": b""}, {"sampler.py": "sampler.py is not in the submission."})
    said = run(IMPORTS + check("1.1.1", PASS), given=given, visibility="hidden")["output"]
    assert "sampler.py is not in the submission." in said and "points" not in said


TIERS = (
    check("1.1.1", PASS, "@weight(1)")
    + check("1.1.2", FAIL, "@weight(1)\n@pytest.mark.network")
    + check("1.1.3", PASS, "@weight(0)\n@pytest.mark.network\n@pytest.mark.gpu")
)
SHARES = {"closed-form": [10, 0, 0], "cpu": [5, 5, 0], "gpu": [3.34, 3.33, 3.33]}


@pytest.mark.parametrize("tier", SHARES)
def test_the_tiers_that_count_share_the_points(run, tier):
    """What did not run is never passed: with no GPU its share is lost."""
    tests = run(IMPORTS + TIERS, at="cpu", tier=tier)["tests"]
    assert [test["max_score"] for test in tests] == SHARES[tier]
    assert [test["score"] for test in tests] == [SHARES[tier][0], 0, 0]
    assert tests[2]["extra_data"]["outcome"] == "waits for a GPU"


# The leaderboard

CHECK = (
    (CHECKS / "assignment2" / "test_leaderboard.py")
    .read_text()
    .replace("IMAGES = 1000, 10, 256", "IMAGES = 1000, 10, 64")
)
QUADRATIC = """

def ddim_timesteps(T, S):
    return torch.linspace(1, T**0.5, S, dtype=torch.float64).square().round().long()
"""


@pytest.fixture
def entry(run):
    """Marks a submission by the leaderboard's check, at a small size: its entries, and the last of its tests."""

    def enter(files, on=True):
        given, other = overlay.Submission(files), IMPORTS + check("2.11.1", "pass")
        results = run(CHECK, other, assignment=2, at="cpu", given=given, leaderboard=on)
        return results["leaderboard"], results["tests"][-1]

    return enter


def changed(more: str = "", case: str = "") -> dict[str, bytes]:
    """The solution, or a case of the chaff, with more at the end of sampler.py."""
    given = corpus.load(CORPUS / "chaff" / f"{case}.py").submission if case else overlay.load(SOLUTION)
    return {**given.files, "sampler.py": given.files["sampler.py"] + more.encode()}


def test_the_students_own_steps_decide_the_entry(entry):
    [even], line = entry(changed())
    assert (line["number"], line["max_score"], line["extra_data"]["outcome"]) == ("2.11.14", 0, "passed")
    assert (even["name"], even["order"]) == ("FID at S = 10, η = 0", "asc")
    assert f"FID {even['value']:.2f} in the steps 100, " in line["output"]
    [other], line = entry(changed(QUADRATIC))
    assert other["value"] != even["value"] and "in the steps 1, " in line["output"]


@pytest.mark.parametrize(
    "more, case, said",
    [
        ("", "sample_clips_the_result", "images are not the right sampler's"),
        (
            "\n\ndef ddim_timesteps(T, S):\n    return torch.arange(T - S, T)\n",
            "",
            "the steps must rise from 1 or more to T",
        ),
        ("\n\ndef ddim_timesteps(T, S):\n    return torch.tensor([T])\n", "", "is not ten steps in int64"),
        ("\n\ndef ddim_timesteps(T, S):\n    return torch.arange(T) + 1\n", "", "is not ten steps in int64"),
    ],
)
def test_what_is_not_right_has_no_entry(entry, more, case, said):
    entries, line = entry(changed(more, case))
    assert entries == [] and said in line["output"]


def test_a_stand_in_makes_no_entry(entry):
    entries, line = entry(changed("\n\ndef ddim_sigma(alpha_bar_t, *args):\n    return 0.1 + 0 * alpha_bar_t\n"))
    assert line["extra_data"]["outcome"] == "passed with a stand-in" and entries == []


def test_without_a_leaderboard_its_check_is_not_there(entry):
    entries, line = entry(changed(), on=False)
    assert entries == [] and line["number"] == "2.11.1"
