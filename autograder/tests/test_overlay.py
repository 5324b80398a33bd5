"""The overlay: what is taken from a submission, what is refused with which sentence, and what a graded tree holds."""

import contextlib
import errno
import io
import os
import stat
import struct
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import overlay
from grader.outcomes import GraderFault
from grader.overlay import SubmissionError, load
from grader.paths import GRADED_FILES, STARTER

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


def test_files_deeper_than_one_folder_are_missing(hand_in):
    loaded = load(hand_in({"a/b/sampler.py": b"x", "a/b/score.py": b"x"}))
    assert loaded.files == {} and set(loaded.problems) == set(GRADED_FILES)


def test_files_in_two_folders_are_refused_in_a_sentence_that_names_them(hand_in):
    with pytest.raises(SubmissionError, match=r"more than one folder \(one, two\)"):
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
    loaded = load(hand_in({"sampler.py": b"#" * (overlay.MAX_BYTES + 1), "score.py": b"#" * overlay.MAX_BYTES}))
    assert set(loaded.files) == {"score.py"}
    assert "larger than 1 MiB" in loaded.problems["sampler.py"]


# What is no submission


def test_nothing_there_and_neither_folder_nor_zip_are_told_apart(tmp_path):
    with pytest.raises(SubmissionError, match="there is no submission at"):
        load(tmp_path / "nowhere")
    (tmp_path / "sampler.py").write_bytes(b"x")
    with pytest.raises(SubmissionError, match="neither a folder nor a zip"):
        load(tmp_path / "sampler.py")


def test_links_folders_pipes_sockets_and_devices_are_not_plain_files(tmp_path):
    """None of them is opened: a pipe would wait for a writer for ever."""
    secret = tmp_path / "secret.py"
    secret.write_bytes(b"secret")
    makers = [lambda p: p.symlink_to(secret), lambda p: p.symlink_to("dangling"), Path.mkdir, os.mkfifo]
    makers += [lambda p: os.mknod(p, stat.S_IFSOCK), lambda p: p.symlink_to("/dev/zero"), lambda p: p.symlink_to(p)]
    if os.geteuid() == 0:
        makers.append(lambda p: os.mknod(p, stat.S_IFCHR, os.makedev(1, 5)))
    for make in makers:
        at = folder(tmp_path / f"case {len(list(tmp_path.iterdir()))}", {"score.py": b"x"})
        make(at / "sampler.py")
        loaded = load(at)
        assert loaded.files == {"score.py": b"x"}
        assert "not a plain file" in loaded.problems["sampler.py"]


def test_a_pipe_in_a_submissions_place_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "submission")
    with pytest.raises(SubmissionError, match="neither a folder nor a zip"):
        load(tmp_path / "submission")


@pytest.mark.parametrize("what", ["read_bytes", "iterdir"])
@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE, errno.EMFILE])
def test_what_the_machine_fails_at_is_a_fault_of_the_grader_and_no_zero(what, number, tmp_path, monkeypatch):
    def refuse(path):
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
    content = bytearray(zipped(tmp_path, {"sampler.py": bytes(overlay.MAX_BYTES * 4)}).read_bytes())
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
    path = zipped(tmp_path, {str(i): b"" for i in range(overlay.MAX_ENTRIES + 1)}, zipfile.ZIP_STORED)
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
    monkeypatch.setattr(overlay, "_read", lambda *given, _read=overlay._read: read.append(_read(*given)) or read[-1])
    assert load(path).files == {"sampler.py": b"last"} and read == [b"last"]


@pytest.mark.parametrize("name", ["work\\{}", ".\\{}", "./{}", "work//{}"])
def test_names_as_other_programs_write_them_are_understood(tmp_path, name):
    assert load(zipped(tmp_path, {name.format(each): content for each, content in BOTH.items()})).files == BOTH


@pytest.mark.parametrize("name", ["..\\{}", "\\{}", "C:\\work\\{}", "Work/{}.txt", "\u202e{}"])
def test_names_that_are_others_are_ignored(tmp_path, name):
    assert load(zipped(tmp_path, {name.format(each): content for each, content in BOTH.items()})).files == {}


def test_a_zip_in_the_zip_is_not_looked_into(tmp_path):
    (tmp_path / "inner").mkdir()
    inner = zipped(tmp_path / "inner", BOTH).read_bytes()
    assert load(zipped(tmp_path, {"submission.zip": inner, "score.py": b"x"})).files == {"score.py": b"x"}


def test_the_sentence_about_many_folders_stays_short(tmp_path):
    path = zipped(tmp_path, {f"{'x' * 100}{i}/sampler.py": b"" for i in range(100)})
    with pytest.raises(SubmissionError, match=r"in more than one folder \(x{40}(, x{40})*, …\)") as caught:
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
    with pytest.raises(SubmissionError, match=r"cannot be read \(\w+\); make it again|neither a folder nor a zip"):
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
