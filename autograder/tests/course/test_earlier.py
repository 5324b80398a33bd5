"""A class beside an earlier one and beside solutions that lie in public: copies are found, right answers are not."""

import io
import os
import zipfile
from pathlib import Path

import pytest
import yaml
from rich.console import Console

import made_class
from at_hand import AtHand
from course.batch import grade_all
from course.downloads import earlier
from course.downloads.gradescope import METADATA
from course.downloads.people import NoSubmissions
from course.marks import class_marks, passages, similar
from course.marks.class_counts import Class
from course.pages import class_page
from grader.paths import STARTER
from made_class import renamed, wheat

ADA, BEN = wheat("monolithic"), wheat("score_sde_classes")  # of an earlier class
NAMES = (
    "classes_and_closures dataclass_style decimal_coefficients float64_inside in_place match_and_enum matrix_form "
    "normal_distributions numpy_inside registered_buffers rewritten_without_checks scripted_helpers"
)
CLASS = {name: wheat(name) for name in NAMES.split()}


def alike(files, *folders: Path) -> list[tuple[str, str]]:
    """Who is like what, below the last part of a folder's name."""
    read = earlier.read(os.pathsep.join(map(str, folders)))
    works = {name: contents for each in read for name, contents in each.works.items()}
    return [(pair.one, Path(pair.other).name) for pair in similar.against(files, works)[0]]


def written(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def inside(name: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{name}/{file}": content for file, content in files.items()}


def packed(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


# What is read, however it lies


def marked(at):
    """The OUT of an earlier make grade-all."""
    for name, files in (("submission_7", ADA), ("submission_8", BEN)):
        made_class.submission(at, name, files=files)
    made_class.people(at, [("Ada", "submission_7"), ("Ben", "submission_8")])
    return at, "Ada (submission_7)"


def gradescope(at):
    table = {"submission_7": {":submitters": [{":name": "Ada"}]}, "submission_8": {":submitters": [{":name": "Ben"}]}}
    files = inside("submission_7/hw", ADA) | inside("submission_8", BEN)
    return written(at, files | {METADATA: yaml.safe_dump(table).encode()}), "Ada (submission_7)"


def moodle(at):
    """Each with the zip that make submission writes."""
    zips = {"Ada_7": packed(ADA), "Ben_8": packed(BEN)}
    folders = {f"{who}_assignsubmission_file/submission.zip": content for who, content in zips.items()}
    (at / "all.zip").write_bytes(packed(folders))
    return at / "all.zip", "Ada (Ada_7)"


def canvas(at):
    files = {f"lada_7_1{n}_{name}": content for n, (name, content) in enumerate(ADA.items())}
    return written(at, files | {f"ben_8_2{n}_{name}": content for n, (name, content) in enumerate(BEN.items())}), (
        "lada (lada_7)"
    )


def clones(at):
    return written(at, inside("ada-ddim", ADA) | inside("ben-ddim", BEN) | {"ada-ddim/.git/HEAD": b"x"}), "ada-ddim"


def folders_and_zips(at):
    return written(at, inside("ben", BEN) | {"ada.zip": packed(ADA)}), "ada.zip"


def other_names(at):
    """A repository whose files have names of their own, in a folder each, and a training script beside."""
    files = {f"src/{n}/part{n}.py": content for n, content in enumerate(ADA.values())}
    return written(at, inside("github-ada", files | {"train.py": b"import torch\n"}) | inside("ben", BEN)), "github-ada"


def one_file(at):
    return written(at, {"ada.py": b"\n".join(ADA.values()), "ben.py": b"\n".join(BEN.values())}), "ada.py"


def several_of_a_name(at):
    return written(at, inside("ada", inside("a1", ADA) | inside("a2", ADA)) | inside("ben", BEN)), "ada"


KINDS = [marked, gradescope, moodle, canvas, clones, folders_and_zips, other_names, one_file, several_of_a_name]


@pytest.mark.parametrize("lie", KINDS, ids=lambda each: each.__name__)
def test_a_copy_in_disguise_is_found_and_named_by_whose_it_was_however_the_folder_lies(lie, tmp_path):
    folder, whose = lie(tmp_path / "old" if lie is not moodle else tmp_path)
    assert alike(CLASS | {"copy": renamed(ADA)}, folder) == [("copy", f"{folder.name}: {whose}")]


def test_several_folders_are_a_list_like_path(tmp_path):
    old, public = (
        written(tmp_path / "old a2", inside("ada", ADA)),
        written(tmp_path / "public", {"ben.py": BEN["score.py"]}),
    )
    read = earlier.read(f"{old}{os.pathsep}{public}")
    assert [(each.said, [*each.works]) for each in read] == [
        (str(old), [f"{old}: ada"]),
        (str(public), [f"{public}: ben.py"]),
    ]
    assert alike(CLASS | {"copy": renamed(ADA)}, old, public) == [("copy", "old a2: ada")]
    assert earlier.read("") == []


def test_what_is_read_is_not_run_and_no_link_is_followed(tmp_path):
    """It would write a file where it is run."""
    spy = f"open({str(tmp_path / 'run')!r}, 'w')\n".encode()
    secret = written(tmp_path / "elsewhere", ADA)
    public = written(tmp_path / "public", {"spy.py": spy, "conftest.py": spy, "x/sampler.py": spy, "x/setup.py": spy})
    (public / "link.py").symlink_to(secret / "sampler.py")
    (public / "linked").symlink_to(secret)
    (public / "x" / "score.py").symlink_to(secret / "score.py")
    assert alike(CLASS | {"copy": renamed(ADA)}, public) == [] and not (tmp_path / "run").exists()
    assert [*earlier.read(str(public))[0].works] == [f"{public}: {name}" for name in ("x", "conftest.py", "spy.py")]


# What counts


def test_what_the_starter_gives_counts_nowhere_in_it(tmp_path):
    """Neither the stubs nor the provided package, of which a student may have copied a part into a file."""
    given = {name: (STARTER / name).read_bytes() for name in ("sampler.py", "score.py")}
    toy = (STARTER / "diffusion" / "toy.py").read_bytes()
    assert len(passages.text(toy)) > 3 * similar.LEAST
    old = written(tmp_path / "old", {"ada.py": given["sampler.py"] + given["score.py"] + toy})
    files = {"stub": given, "toy": {"sampler.py": given["sampler.py"] + toy, "score.py": given["score.py"]}}
    assert alike(files, old) == []


def test_a_right_answer_of_many_is_like_nobodys(tmp_path):
    """More than ten have it, here and there together, each in a text of its own."""
    texts = {f"{n}": {"sampler.py": ADA["sampler.py"] + b"def f%d(): pass\n" % n * (n + 1)} for n in range(12)}
    here, there = ({n: files for n, files in texts.items() if int(n) % 2 == odd} for odd in (0, 1))
    old = written(tmp_path / "old", {f"{n}.py": files["sampler.py"] for n, files in there.items()})
    assert alike(here, old) == []
    (old / "11.py").unlink()
    (old / "9.py").unlink()
    assert len(alike(here, old)) == 6 * 4


def test_copies_of_one_work_are_found_however_many_they_are(tmp_path):
    public = written(tmp_path / "public", {"ada.py": ADA["sampler.py"]})
    copies = {f"{n}": {"sampler.py": ADA["sampler.py"] + b"# mine %d\n" % n} for n in range(3 * similar.COMMON)}
    assert sorted(alike(CLASS | copies, public)) == sorted((name, "public: ada.py") for name in copies)


def test_what_is_alike_in_the_class_stays_as_it_is(tmp_path):
    old = written(tmp_path / "old", inside("ada", ADA))
    for name, files in (CLASS | {"one": ADA, "two": renamed(ADA)}).items():
        made_class.submission(tmp_path / "out", name, files=files)
    found = Class(class_marks.read(tmp_path / "out"))
    alone, beside = class_page.alike(found, []), class_page.alike(found, earlier.read(str(old)))
    assert len(alone.pairs) == 1 and beside.pairs == alone.pairs and alone.earlier == []
    assert {each.id for each, *_ in beside.earlier} == {"one", "two"}


def test_the_page_names_whose_work_it_is_and_escapes_it(tmp_path):
    hostile = '"><script>alert(1)</script>'
    old = written(
        tmp_path / "old", inside(hostile.replace("/", ":"), ADA) | {"long.py": b"#" * passages.LARGEST + b"#"}
    )
    for name, files in (CLASS | {"copy": renamed(ADA)}).items():
        made_class.submission(tmp_path / "out", name, files=files)
    page = class_page.page(Class(class_marks.read(tmp_path / "out")), earlier.read(str(old)))
    assert f"Compared with the works in {old} (2)." in page and page.count("<script>alert") == 0
    assert f"{old}: &#34;&gt;&lt;script&gt;alert(1)&lt;:script&gt;</td>" in page
    assert f"Compared without their longest files: {old}: long.py." in page
    assert "Like earlier or public work" not in class_page.page(Class(class_marks.read(tmp_path / "out")))


# The command


@pytest.fixture
def grade(tmp_path, monkeypatch):
    """Runs the command on a class in which somebody copied; its exit code and what it said."""
    monkeypatch.setattr(grade_all, "Cores", lambda gpu: AtHand())
    monkeypatch.chdir(tmp_path)
    for name, files in (CLASS | {"copy": renamed(ADA)}).items():
        written(tmp_path / "class" / name, files)

    def run(against):
        said = io.StringIO()
        console = Console(file=said, width=200)
        return grade_all.run(console, Path("class"), 2, Path("out"), "cpu", "", against=against), said.getvalue()

    return run


def test_the_command_compares_and_says_with_what(grade, tmp_path):
    written(tmp_path / "old", inside("ada", ADA) | inside("notes", {"README.md": b"x"}))
    code, said = grade("old")
    assert (
        code == 0
        and "old: 1 to compare the class with\nNot compared, since no Python file could be read there: notes." in said
    )
    page = (tmp_path / "out" / "class.html").read_text()
    assert '<a href="submissions/copy/report.html">copy</a></th><td class="text">old: ada</td>' in page
    assert grade("")[0] == 0 and "Like earlier" not in (tmp_path / "out" / "class.html").read_text()


def nothing(at): ...


def empty(at):
    at.mkdir()


def no_python(at):
    written(at, {"x/README.md": b"x", "y.zip": packed({"a.txt": b"x"}), "z.zip": b"PK none", "notes.txt": b"x"})


def no_zip(at):
    at.write_bytes(b"none")


def a_zip_of_no_host(at):
    at.write_bytes(packed(inside("ada", ADA)))


def two_hosts(at):
    written(at, {"ada_7_1_sampler.py": b"x", "Ada_7_assignsubmission_file/sampler.py": b"x"})


def no_metadata(at):
    written(at, {METADATA: b"- x", "submission_1/sampler.py": b"x"})


MISTAKES = {
    nothing: "AGAINST=old is not there; give the OUT of an earlier make grade-all, a host's download, or a folder",
    empty: "AGAINST=old has no Python file to compare with; give the OUT",
    no_python: "AGAINST=old has no Python file to compare with; give the OUT",
    no_zip: "AGAINST=old cannot be read: File is not a zip file",
    a_zip_of_no_host: "AGAINST=old cannot be used: old has no submission_metadata.yml, so it is no Gradescope export",
    two_hosts: "AGAINST=old cannot be used: old holds",
    no_metadata: "AGAINST=old cannot be used: submission_metadata.yml is not a table of submissions",
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.__name__)
def test_a_folder_that_cannot_be_compared_with_is_one_sentence_before_anything_is_marked(mistake, grade, tmp_path):
    mistake(tmp_path / "old")
    written(tmp_path / "good", inside("ada", ADA))
    code, said = grade(f"good{os.pathsep}old")
    assert code == 2 and said.splitlines()[-1].startswith(f"The class is not marked: {MISTAKES[mistake]}"), said
    assert said.count("\n") == 1 and not (tmp_path / "out").exists()


@pytest.mark.parametrize("own", ["class", "./class/", "out"])
def test_a_class_is_not_compared_with_itself(own, grade):
    code, said = grade(own)
    assert code == 2 and f"AGAINST={own} is this class itself; give an earlier class" in said


def test_without_copydetect_it_is_said_before_anything_is_marked(monkeypatch):
    monkeypatch.setattr(earlier, "find_spec", lambda name: None)
    assert earlier.read("") == []
    with pytest.raises(NoSubmissions, match="AGAINST=old: that takes copydetect: .*pip install"):
        earlier.read("old")
