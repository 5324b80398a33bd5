"""The overlay: what is taken from a submission, what is refused with which sentence, and what a graded tree holds."""

import contextlib
import errno
import io
import os
import stat
import struct
import tarfile
import time
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import handed_in, overlay
from grader.outcomes import GraderFault, SubmissionError
from grader.overlay import load
from grader.paths import GRADED_FILES, ROOT, STARTER

CASES = ROOT.parent / "shared" / "cases" / "files"  # inputs from the field, where they are at hand
BOTH = {"sampler.py": b"import torch\n", "score.py": b"import math\n"}
EXTRA = {"conftest.py": b"1/0", "torch.py": b"1/0", "grader/__init__.py": b"1/0", "diffusion/schedule.py": b"1/0"}
fuzz = settings(derandomize=True, database=None, deadline=None, max_examples=300)


def folder(at: Path, files: dict[str, bytes]) -> Path:
    at.mkdir(exist_ok=True)
    for name, content in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_bytes(content)
    return at


def zipped(at: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = at / "submission.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def in_folder(at: Path, files: dict[str, bytes]) -> Path:
    return folder(at / "submission", files)


@pytest.fixture(params=[in_folder, zipped], ids=["folder", "zip"])
def hand_in(request, tmp_path):
    """Makes a submission of files, as a folder and as a zip."""
    return lambda files: request.param(tmp_path, files)


# Where the files are found


@pytest.mark.parametrize("top", ["", "my work/"], ids=["at the root", "in one folder"])
def test_both_files_are_found(hand_in, top):
    noise = {"notes.txt": b"x", "__MACOSX/._sampler.py": b"x", ".DS_Store": b"x", "other/plot.py": b"x"}
    loaded = load(hand_in({**noise, **{top + name: content for name, content in BOTH.items()}}))
    assert loaded == overlay.Submission(BOTH, {})


def test_files_at_the_root_win_over_files_in_a_folder(hand_in):
    assert load(hand_in({"old/sampler.py": b"old", "old/score.py": b"old", **BOTH})).files == BOTH


def test_files_in_a_deeper_folder_are_found_and_where_is_said(hand_in):
    """As where a whole folder was handed in, with what lies beside and below it."""
    more = {"a/b/tests/test_sampler.py": b"x", "a/b/.venv/sampler.py": b"x", "a/b/old/sampler.py": b"x"}
    loaded = load(hand_in({**more, **{f"a/b/{name}": content for name, content in BOTH.items()}}))
    assert loaded.files == BOTH and loaded.problems == {}
    assert loaded.notes == tuple(f"'a/b/{name}' was taken as {name}." for name in GRADED_FILES)


@pytest.mark.parametrize(
    "name",
    ["sampler (1).py", "Sampler.py", "sampler-1.py", "sampler.py.txt", "SAMPLER - Copy (2).PY", "sampler_20261201.py"],
)
def test_one_file_under_the_name_of_a_copy_is_taken_and_that_is_said(name, hand_in):
    loaded = load(hand_in({name: BOTH["sampler.py"], "score.py": BOTH["score.py"]}))
    assert loaded == overlay.Submission(BOTH, {}, (f"{name!r} was taken as sampler.py.",))


@pytest.mark.parametrize("name", ["my_sampler.py", "sampler_test.py", "sampler.ipynb", "sampler", "sampler.py.zip.py"])
def test_a_file_of_another_name_is_not_taken_but_named(name, hand_in):
    loaded = load(hand_in({name: b"x", "score.py": b"x"}))
    assert list(loaded.files) == ["score.py"] and repr(name) in loaded.problems["sampler.py"]


def test_a_name_is_read_in_one_way_only_however_long_it_is(hand_in):
    """Where digits could be cut into numbers in many ways, 60 of them took longer than a term, for a whole class."""
    began = time.process_time()
    assert load(hand_in({**BOTH, f"sampler{'1' * 27}x.py": b""})) == overlay.Submission(BOTH)
    assert time.process_time() - began < 1


def test_of_two_copies_none_is_taken_and_both_are_named(hand_in):
    loaded = load(hand_in({"sampler (1).py": b"x", "sampler (2).py": b"y", "score.py": b"z"}))
    assert list(loaded.files) == ["score.py"]
    assert "which has 'sampler (1).py', 'sampler (2).py': hand it in" in loaded.problems["sampler.py"]


def test_the_file_itself_wins_over_its_copies(hand_in):
    assert load(hand_in({**BOTH, "sampler (1).py": b"x"})) == overlay.Submission(BOTH)


@pytest.mark.parametrize("name", ["sampler.py", "score (1).py"])
def test_one_file_alone_is_taken(name, tmp_path):
    (tmp_path / name).write_bytes(b"x = 1\n")
    (graded,) = (each for each in GRADED_FILES if each[:3] == name[:3])
    assert load(tmp_path / name).files == {graded: b"x = 1\n"}


def test_a_notebook_alone_is_named_and_what_to_do(hand_in):
    loaded = load(hand_in({"assignment.ipynb": b"{}"}))
    assert loaded.files == {}
    assert all(
        "if your notebook is the course's, its last cell writes them" in said for said in loaded.problems.values()
    )


def test_a_file_in_another_folder_is_not_said_to_be_missing(hand_in):
    loaded = load(hand_in({"sampler.py": b"x = 1\n", "part2/score.py": b"x = 2\n", "mine.ipynb": b"{}"}))
    assert loaded.files == {"sampler.py": b"x = 1\n"}
    assert loaded.problems == {
        "score.py": "score.py is in another folder than the other file: put both into one folder."
    }


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_is_opened(mode, tmp_path):
    """Also one that holds an older zip, whose end looks like that of a zip."""
    old = zipped(tmp_path, {name: b"old" for name in GRADED_FILES})
    path = tarred(tmp_path / "submission", mode, {**BOTH, "old.zip": old.read_bytes()})
    assert load(path) == overlay.Submission(BOTH)


def tarred(path: Path, mode: str, files: dict[str, bytes], *more: tarfile.TarInfo) -> Path:
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        for entry in more:
            archive.addfile(entry)
    return path


def test_what_in_a_tar_is_no_plain_file_or_lies_outside_is_not_taken(tmp_path):
    link, device = tarfile.TarInfo("sampler.py"), tarfile.TarInfo("score.py")
    link.type, link.linkname, device.type = tarfile.SYMTYPE, "/etc/passwd", tarfile.CHRTYPE
    loaded = load(tarred(tmp_path / "links.tar", "w", {}, link, device))
    assert loaded.files == {} and all("not a plain file" in said for said in loaded.problems.values())
    assert load(tarred(tmp_path / "out.tar", "w", {"../sampler.py": b"x", "/score.py": b"x"})).files == {}


def test_a_tar_that_would_fill_the_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(handed_in, "MAX_UNPACKED", 4 << 20)
    path = tarred(tmp_path / "submission.tgz", "w:gz", {"sampler.py": bytes(24 << 20)})
    with pytest.raises(SubmissionError, match="the tar is larger than 4 MiB"):
        load(path)
    monkeypatch.setattr(handed_in, "MAX_ENTRIES", 3)
    with pytest.raises(SubmissionError, match="the tar has more than 3 entries"):
        load(tarred(tmp_path / "submission.tar", "w", {f"{i}": b"" for i in range(4)}))


@pytest.mark.parametrize(("head", "kind"), [(b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a", "rar"), (b"\xfd7zXZ\0", "xz")])
def test_another_archive_is_named(head, kind, tmp_path):
    (tmp_path / "work.zip").write_bytes(head + bytes(99))
    with pytest.raises(SubmissionError, match=rf"work.zip is an? {kind} archive; hand in sampler.py and score.py"):
        load(tmp_path / "work.zip")


def test_a_zip_made_on_windows_in_a_folder_with_a_chinese_name(tmp_path):
    """In cp950 the second byte of a letter may be a backslash, which separates nothing beside a slash."""
    loaded = load(CASES / "cp950_folder.zip") if CASES.is_dir() else load(_cp950(tmp_path))
    assert set(loaded.files) == set(GRADED_FILES) and loaded.problems == {}


def _cp950(at: Path) -> Path:
    """Such a zip: the folder's name is in cp950, and no flag says that it is UTF-8."""
    path = zipped(at, {f"work/{name}": content for name, content in BOTH.items()})
    path.write_bytes(path.read_bytes().replace(b"work/", "功課".encode("cp950") + b"/"))
    return path


def test_files_in_two_folders_are_refused_in_a_sentence_that_names_them(hand_in):
    with pytest.raises(SubmissionError, match=r"more than one folder \('one', 'two'\)"):
        load(hand_in({"one/sampler.py": b"", "two/score.py": b""}))


@pytest.mark.parametrize("missing", GRADED_FILES)
def test_a_missing_file_is_named_and_the_other_is_kept(hand_in, missing):
    (other,) = set(GRADED_FILES) - {missing}
    loaded = load(hand_in({other: b"x"}))
    assert loaded.files == {other: b"x"}
    assert list(loaded.problems) == [missing] and f"{missing} is not in the submission" in loaded.problems[missing]


def test_an_empty_file_is_a_file(hand_in):
    assert load(hand_in({**BOTH, "score.py": b""})) == overlay.Submission({**BOTH, "score.py": b""}, {})


def test_what_macos_adds_is_no_folder_of_its_own(tmp_path):
    assert load(zipped(tmp_path, {"__MACOSX/sampler.py": b"x", **{f"w/{n}": c for n, c in BOTH.items()}})).files == BOTH


def test_what_macos_adds_is_no_folder_of_its_own_when_unpacked(tmp_path):
    files = {"__MACOSX/sampler.py": b"x", **{f"w/{name}": content for name, content in BOTH.items()}}
    assert load(in_folder(tmp_path, files)).files == BOTH


def test_a_large_file_is_refused_and_one_at_the_limit_is_not(hand_in):
    loaded = load(hand_in({"sampler.py": b"#" * (handed_in.MAX_BYTES + 1), "score.py": b"#" * handed_in.MAX_BYTES}))
    assert set(loaded.files) == {"score.py"}
    assert "larger than 1 MiB" in loaded.problems["sampler.py"]


# What is no submission


def test_nothing_there_and_neither_folder_nor_zip_are_told_apart(tmp_path):
    with pytest.raises(SubmissionError, match="there is no submission at"):
        load(tmp_path / "nowhere")
    (tmp_path / "work.txt").write_bytes(b"x")
    assert "which has 'work.txt': hand it in at the top" in load(tmp_path / "work.txt").problems["sampler.py"]


def _device(path):
    os.mknod(path, stat.S_IFCHR, os.makedev(1, 5))


def _may_make_devices(folder):
    """Root may, but for a container's."""
    try:
        _device(folder / "device")
    except PermissionError:
        return False
    (folder / "device").unlink()
    return True


def test_links_folders_pipes_sockets_and_devices_are_not_plain_files(tmp_path):
    """None of them is opened: a pipe would wait for a writer for ever."""
    secret = tmp_path / "secret.py"
    secret.write_bytes(b"secret")
    makers = [lambda p: p.symlink_to(secret), lambda p: p.symlink_to("dangling"), Path.mkdir, os.mkfifo]
    makers += [lambda p: os.mknod(p, stat.S_IFSOCK), lambda p: p.symlink_to("/dev/zero"), lambda p: p.symlink_to(p)]
    if _may_make_devices(tmp_path):
        makers.append(_device)
    for make in makers:
        at = folder(tmp_path / f"case {len(list(tmp_path.iterdir()))}", {"score.py": b"x"})
        make(at / "sampler.py")
        loaded = load(at)
        assert loaded.files == {"score.py": b"x"}
        assert "not a plain file" in loaded.problems["sampler.py"]


def test_a_pipe_in_a_submissions_place_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "submission")
    with pytest.raises(SubmissionError, match="neither a folder nor a file"):
        load(tmp_path / "submission")


@pytest.mark.parametrize("what", ["open", "iterdir"])
@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE, errno.EMFILE])
def test_what_the_machine_fails_at_is_a_fault_of_the_grader_and_no_zero(what, number, tmp_path, monkeypatch):
    def refuse(path, *mode):
        raise OSError(number, os.strerror(number))

    at = in_folder(tmp_path, BOTH)
    monkeypatch.setattr(Path, what, refuse)  # root may read everything
    with pytest.raises(GraderFault, match=f"submission cannot be read: {os.strerror(number)}"):
        load(at)


def test_a_folder_that_is_a_link_is_not_looked_into(tmp_path):
    (at := tmp_path / "submission").mkdir()
    (at / "work").symlink_to(folder(tmp_path / "elsewhere", BOTH))
    assert load(at).files == {}


def test_a_link_or_a_folder_in_a_zip_is_not_a_plain_file(tmp_path):
    link = zipfile.ZipInfo("sampler.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zipped(tmp_path, {"score.py/": b""})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    loaded = load(path)
    assert loaded.files == {} and all("not a plain file" in loaded.problems[name] for name in GRADED_FILES)


@pytest.mark.parametrize("top", ["../", "/", "a/../../", "../../../../"])
def test_names_that_leave_the_zip_are_ignored(tmp_path, top):
    loaded = load(zipped(tmp_path, {top + name: b"x" for name in GRADED_FILES}))
    assert loaded.files == {} and all("is not in the submission" in text for text in loaded.problems.values())


# Zips that are meant to harm


def test_an_encrypted_zip_cannot_be_read(tmp_path):
    content = bytearray(zipped(tmp_path, BOTH).read_bytes())
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(signature) + flags] |= 1
    (tmp_path / "submission.zip").write_bytes(content)
    with pytest.raises(SubmissionError, match="the zip is encrypted; make it again without a password"):
        load(tmp_path / "submission.zip")


def test_a_zip_whose_declared_sizes_lie_cannot_be_read(tmp_path):
    content = bytearray(zipped(tmp_path, {"sampler.py": bytes(handed_in.MAX_BYTES * 4)}).read_bytes())
    for signature, size in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        place = content.index(signature) + size
        content[place : place + 4] = (100).to_bytes(4, "little")
    (tmp_path / "submission.zip").write_bytes(content)
    with pytest.raises(SubmissionError, match=r"cannot be read \(BadZipFile\)"):
        load(tmp_path / "submission.zip")


@pytest.mark.parametrize(
    "method",
    [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
)
def test_a_zip_bomb_is_not_unpacked(tmp_path, method):
    """The refusal takes a few MiB, whatever the zip would hold."""
    path = zipped(tmp_path, {"sampler.py": bytes(24 << 20)}, method)
    tracemalloc.start()
    try:
        assert load(path).files == {}
    except SubmissionError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 8 << 20


def test_a_zip_of_very_many_files_is_refused(tmp_path):
    path = zipped(tmp_path, {str(i): b"" for i in range(handed_in.MAX_ENTRIES + 1)}, zipfile.ZIP_STORED)
    with pytest.raises(SubmissionError, match="more than 5000 entries"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile, "ZipFile", None)  # which would make an object of each entry
        load(path)


def test_of_very_many_entries_of_one_name_only_the_last_is_read(tmp_path, monkeypatch):
    path, read = tmp_path / "submission.zip", []
    with zipfile.ZipFile(path, "w") as archive:
        for content in (b"first", b"second", b"last"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                archive.writestr("sampler.py", content)
    plain = handed_in._of_entry
    monkeypatch.setattr(handed_in, "_of_entry", lambda *given: read.append(plain(*given)) or read[-1])
    assert load(path).files == {"sampler.py": b"last"} and read == [b"last"]


@pytest.mark.parametrize("name", ["work\\{}", ".\\{}", "./{}", "work//{}"])
def test_names_as_other_programs_write_them_are_understood(tmp_path, name):
    assert load(zipped(tmp_path, {name.format(each): content for each, content in BOTH.items()})).files == BOTH


@pytest.mark.parametrize("name", ["..\\{}", "\\{}", "Work/{}.text", "\u202e{}"])
def test_names_that_are_others_are_ignored(tmp_path, name):
    assert load(zipped(tmp_path, {name.format(each): content for each, content in BOTH.items()})).files == {}


def test_a_zip_in_the_zip_is_looked_into_where_nothing_else_is_there(hand_in, tmp_path):
    (tmp_path / "inner").mkdir()
    inner = zipped(tmp_path / "inner", BOTH).read_bytes()
    loaded = load(hand_in({"work/submission.zip": inner, "work/README.md": b"x"}))
    assert loaded.files == BOTH
    assert loaded.notes == tuple(f"{name!r} in 'submission.zip' was taken as {name}." for name in GRADED_FILES)
    assert load(hand_in({"submission.zip": inner, "score.py": b"x", "work/submission.zip": b""})).files == {
        "score.py": b"x"
    }


def test_of_two_zips_in_the_zip_none_is_taken_nor_what_lies_deeper(tmp_path):
    (tmp_path / "inner").mkdir()
    inner = zipped(tmp_path / "inner", BOTH).read_bytes()
    assert load(zipped(tmp_path, {"one.zip": inner, "two.zip": inner})).files == {}
    deeper = zipped(tmp_path, {"one.zip": zipped(tmp_path / "inner", {"two.zip": inner}).read_bytes()})
    assert load(deeper).files == {}


def test_the_sentence_about_many_folders_stays_short(tmp_path):
    path = zipped(tmp_path, {f"{'x' * 100}{i}/sampler.py": b"" for i in range(100)})
    with pytest.raises(SubmissionError, match=r"in more than one folder \('x{60}…'(, 'x{60}…')*, …\)") as caught:
        load(path)
    assert len(str(caught.value)) < 300


BAD_ZIPS = {
    "a name that is not in its encoding": (b"\xc3\xa9", 0, b"\xc3\x28"),
    "an offset beyond the file": (b"PK\1\2", 42, b"\xff\xff\xff\x7f"),
    "an extra field that is cut off": (b"PK\1\2", 30, b"\xff\xff"),
    "a directory that lies elsewhere": (b"PK\5\6", 16, b"\xff\xff\xff\x7f"),
    "a directory that is larger than the file": (b"PK\5\6", 12, b"\xff\xff\xff\x7f"),
    "a version of the far future": (b"PK\1\2", 6, b"\xff\xff"),
    "a local name that is another": (b"PK\3\4", 30, b"\xff"),
    "a checksum that is wrong": (b"PK\1\2", 16, b"\0\0\0\0"),
}


@pytest.mark.parametrize("name", BAD_ZIPS)
def test_a_zip_that_is_not_in_order_is_refused_in_a_sentence(tmp_path, name):
    signature, place, bytes_ = BAD_ZIPS[name]
    content = bytearray(zipped(tmp_path, {"sampler.py": b"import torch\n", "é.txt": b""}).read_bytes())
    start = (content.rindex if place == 0 else content.index)(signature) + place
    content[start : start + len(bytes_)] = bytes_
    (tmp_path / "submission.zip").write_bytes(content)
    with pytest.raises(SubmissionError, match=r"cannot be read \(\w+\); make it again|neither a folder nor a fip"):
        load(tmp_path / "submission.zip")


def test_a_zip64_of_impossible_numbers_is_refused_in_a_sentence(tmp_path):
    """Offsets and sizes that no file has: zipfile itself knows OverflowError, struct.error and MemoryError."""
    whole = zipped(tmp_path, BOTH).read_bytes()
    end = whole.rindex(b"PK\5\6")
    for size, offset in ((1 << 62, 0), (0, 1 << 63), ((1 << 64) - 1, (1 << 64) - 1)):
        record = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 2, 2, size, offset)
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
        marked = whole[end : end + 8] + b"\xff" * 12 + whole[end + 20 :]
        (tmp_path / "submission.zip").write_bytes(whole[:end] + record + locator + marked)
        with contextlib.suppress(SubmissionError):
            assert load(tmp_path / "submission.zip").files == {}


def whole_zip(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip as a program makes it that cannot seek: sizes and checksums come after each file's content."""
    content = io.BytesIO()
    content.seekable = lambda: False  # type: ignore[method-assign]
    with zipfile.ZipFile(content, "w", method) as archive:
        for name in GRADED_FILES:
            archive.writestr(name, bytes(range(256)) * 2)
        archive.writestr("__MACOSX/._sampler.py", b"Mac OS X")
    return content.getvalue()


def test_a_zip_with_data_descriptors_is_read(tmp_path):
    (tmp_path / "submission.zip").write_bytes(whole_zip())
    assert load(tmp_path / "submission.zip").files == dict.fromkeys(GRADED_FILES, bytes(range(256)) * 2)


WHOLE = whole_zip()
CHANGE = st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))


@fuzz
@given(st.lists(CHANGE, max_size=5), st.integers(0, len(WHOLE)), st.sampled_from([b"", WHOLE[-60:], bytes(7)]))
def test_a_damaged_zip_is_refused_whatever_is_damaged(tmp_path_factory, changes, length, more):
    broken = bytearray(WHOLE)
    for place, byte in changes:
        broken[place] = byte
    path = tmp_path_factory.getbasetemp() / "damaged.zip"
    path.write_bytes(broken[:length] + more)
    try:
        assert set(load(path).files) <= set(GRADED_FILES)
    except SubmissionError as refused:
        assert len(str(refused).splitlines()) == 1


# What is laid


def test_a_graded_tree_is_the_starter_and_the_graded_files(hand_in, tmp_path):
    tree = tmp_path / "tree"
    overlay.lay(load(hand_in({**BOTH, **EXTRA})), tree)
    laid = {str(p.relative_to(tree)): p.read_bytes() for p in tree.rglob("*") if p.is_file()}
    provided = {f"diffusion/{p.name}": p.read_bytes() for p in (STARTER / "diffusion").glob("*.py")}
    assert laid == {**BOTH, **provided}


def test_a_missing_graded_file_leaves_the_starters(tmp_path):
    overlay.lay(overlay.Submission({"score.py": b"x"}), tmp_path / "tree")
    assert (tmp_path / "tree" / "sampler.py").read_bytes() == (STARTER / "sampler.py").read_bytes()
    assert (tmp_path / "tree" / "score.py").read_bytes() == b"x"
