"""Make submission.zip, the zip that you hand in: sampler.py and score.py, looked at before, and answers.md beside them.

    python submission.py

It says where a file cannot be imported, needs what the grader doesn't have (a package, a newer Python, a change in
diffusion/), and runs the visible tests. The zip is written in any case; the exit code is 1 where something is wrong. It
needs torch, numpy and pytest only.
"""

import ast
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tokenize
import zipfile
from importlib.util import find_spec
from pathlib import Path

from diffusion import command_line, console, phrases
from diffusion.phrases import phrase

HERE = Path(__file__).resolve().parent
FILES = ("sampler.py", "score.py")
ANSWERS = "answers.md"  # where the course asks for answers in writing, which a person marks
ZIP = HERE / "submission.zip"
MAX_BYTES = 1 << 20  # of a file that the grader takes
SECONDS = 120  # to import a file in

GRADERS = (3, 10)  # the grader's Python
NEWER = {"tomllib", "annotationlib", "compression"}  # modules that later ones have
# what the grader has, and what it has not, for want of packages
PACKAGES = {"torch", "numpy", "sampler", "score", "diffusion", *sys.stdlib_module_names} - NEWER
NOT_THERE = {f"diffusion.{name}" for name in ("metrics", "pictures", "plots", "results")}
WENT_WELL, RAISED = 7, 8  # exit codes that a file does not end Python with by chance
IMPORT = f"""
import os, sys
name, path = sys.argv[1:]
sys.path.insert(0, path)
from diffusion import faults
try:
    module = __import__(name)
    for each in list(vars(module).values()):  # from Python 3.14 on, a name that an annotation lacks shows only here
        getattr(each, "__annotations__", None)
except BaseException as error:
    print(faults.told(error), file=sys.stderr, flush=True)
    os._exit({RAISED})
os._exit({WENT_WELL})
"""


def main() -> int:
    """Write the zip, look at what is in it, say what is wrong; returns the exit code."""
    console.spell_out()
    parser = command_line.parser(phrase(__doc__))
    parser.parse_args()
    if missing := [name for name in FILES if not (HERE / name).is_file()]:
        said = phrase("{names} missing in {folder}; nothing was written", names=listed(missing), folder=HERE)
        print(f"submission.py: {said}")
        return 1
    write()
    if absent := [name for name in ("torch", "numpy", "pytest") if not find_spec(name)]:
        said = phrase(
            "{zip} is written, but not looked at: there is no {package} here; type: python assignment.py submission",
            zip=ZIP.name,
            package=absent[0],
        )
        print(f"submission.py: {said}")
        return 1
    wrong = [fault for name in FILES if (fault := read(name))]
    wrong += [
        phrase(
            "diffusion/{name} is not as you received it, and the grader takes it fresh; "
            "put what you need into sampler.py",
            name=name,
        )
        for name in changed()
    ]
    if not wrong:
        started = [(name, start(name)) for name in FILES]
        wrong = list(dict.fromkeys(fault for name, process in started if (fault := end(name, process))))
    tests = subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=HERE).returncode
    if tests == 1:
        wrong.append(phrase("a visible test fails; what is printed above says which and why"))
    elif tests:
        wrong.append(phrase("the visible tests could not be run (pytest's exit code {code})", code=tests))
    files = ", ".join(handed_in())
    has = phrase("{zip} has {files}. Hidden tests decide the mark, not the table above.", zip=ZIP.name, files=files)
    print(f"\n{has}")
    for fault in wrong:
        print(phrase("WRONG: {fault}. Repair it, then make submission again.", fault=fault))
    if todo := unfinished():
        print(phrase("TO DO: {tasks}; there are no points for these yet", tasks=", ".join(todo)))
    if blank := unanswered():
        print(
            phrase(
                "TO DO: {file} has no answer to {asked} yet; a person marks these, not the tests",
                file=ANSWERS,
                asked=", ".join(blank),
            )
        )
    if not wrong and not todo and not blank:
        print(phrase("The visible tests find nothing wrong: hand it in."))
    return 1 if wrong else 0


def listed(names: list[str]) -> str:
    """One name, or two with "and" between them."""
    return phrase("{first} and {second}", first=names[0], second=names[1]) if len(names) > 1 else names[0]


def write() -> None:
    """Write the zip: the same bytes for the same files, on every machine."""
    with zipfile.ZipFile(ZIP, "w") as archive:
        for name in handed_in():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, (HERE / name).read_bytes())


def handed_in() -> list[str]:
    """What the zip holds: the two files, and the written answers where there are any to give."""
    return [*FILES, *[ANSWERS] * (HERE / ANSWERS).is_file()]


def read(name: str) -> str:
    """What is wrong with the text of a file, "" where nothing is: too large, no Python, an import that will fail."""
    content = (HERE / name).read_bytes()
    if len(content) > MAX_BYTES:
        return phrase("{name} is larger than {limit} MiB, which the grader refuses", name=name, limit=MAX_BYTES >> 20)
    graders = ".".join(map(str, GRADERS))
    try:
        tree = ast.parse(content, name)
    except (SyntaxError, ValueError) as error:  # ValueError: a zero byte, or letters that are no UTF-8
        line, said = getattr(error, "lineno", None) or 1, getattr(error, "msg", error)
        return phrase("{name}, line {line}: {said}", name=name, line=line, said=said)
    try:
        ast.parse(content, name, feature_version=GRADERS)
    except SyntaxError as error:
        return phrase(
            "{name}, line {line}: {said}, and the grader's Python is {graders}",
            name=name,
            line=error.lineno or 1,
            said=error.msg,
            graders=graders,
        )
    if line := newer_f_string(content):
        return phrase(
            "{name}, line {line}: such an f-string needs Python 3.12, and the grader's Python is {graders}",
            name=name,
            line=line,
            graders=graders,
        )
    for node in ast.walk(tree):
        for module in imported(node):
            if module.split(".")[0] not in PACKAGES or module in NOT_THERE:
                return phrase(
                    "{name}, line {line}: the grader does not have {module}; do without this import",
                    name=name,
                    line=node.lineno,
                    module=module,
                )
    return ""


def newer_f_string(content: bytes) -> int:
    """The first line with an f-string that only Python 3.12 can read, 0 where there is none.

    Before, what stands in its braces could hold neither the string's own quotes nor a backslash, a comment or, but
    between three quotes, the end of a line. An older Python has said so itself.
    """
    if sys.version_info < (3, 12):
        return 0
    open_quotes: list[str] = []
    for part in tokenize.tokenize(io.BytesIO(content).readline):
        name = tokenize.tok_name[part.type]
        if open_quotes and not name.endswith("STRING_MIDDLE") and not name.endswith("STRING_END"):
            ends = part.type in (tokenize.NL, tokenize.NEWLINE) and len(open_quotes[-1]) == 1
            if ends or part.type == tokenize.COMMENT or any(each in part.string for each in (*open_quotes, "\\")):
                return part.start[0]
        if name in ("FSTRING_START", "TSTRING_START"):
            open_quotes.append(part.string.lstrip("rRfFtT"))
        elif name in ("FSTRING_END", "TSTRING_END"):
            open_quotes.pop()
    return 0


def changed() -> list[str]:
    """The modules in diffusion/ that are not as they came; a line may end in either way."""
    digests = HERE / "tests" / "provided.json"
    if not digests.is_file():
        return []
    came = json.loads(digests.read_text("utf-8"))
    now = {path.name: path.read_bytes().replace(b"\r\n", b"\n") for path in (HERE / "diffusion").glob("*.py")}
    return sorted(name for name in now if hashlib.sha256(now[name]).hexdigest() != came.get(name))


def unfinished() -> list[str]:
    """The tasks of this assignment whose TODO still stands in a file."""
    text = "".join((HERE / name).read_text("utf-8", errors="replace") for name in FILES)
    todo = re.findall(r'^\s*raise NotImplementedError\("TODO (\d+\.\d+)', text, re.MULTILINE)
    return [task for task in todo if (HERE / "tests" / f"test_assignment{task[0]}.py").exists()]


def unanswered() -> list[str]:
    """The questions of answers.md below whose "your answer" nothing is written yet."""
    text = (HERE / ANSWERS).read_text("utf-8", errors="replace") if ANSWERS in handed_in() else ""
    parts = re.split(r"^### (W\d+):.*$", text, flags=re.MULTILINE)
    answers = zip(parts[1::2], parts[2::2])
    return [number for number, below in answers if not re.split(r"^## W\d", below, flags=re.MULTILINE)[0].strip()]


def imported(node: ast.AST) -> list[str]:
    """The modules that an import statement names; of `from diffusion import data`, diffusion.data too."""
    if isinstance(node, ast.Import):
        return [".".join(alias.name.split(".")[:2]) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = "." * node.level + ".".join((node.module or "").split(".")[:2])
        return [base, *(f"{base}.{alias.name}" for alias in node.names if base == "diffusion")]
    return []


def start(name: str) -> subprocess.Popen:
    """Import a file in a process of its own."""
    command = [sys.executable, "-c", IMPORT, name.removesuffix(".py"), str(HERE)]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "LANGUAGE": phrases.language()}
    return subprocess.Popen(command, cwd=HERE, env=environment, encoding="utf-8", errors="replace", **pipes)


def end(name: str, process: subprocess.Popen) -> str:
    """What went wrong with an import, "" where nothing did."""
    try:
        _, said = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return phrase(
            "{name} does more than define functions: its import does not end within {seconds} s",
            name=name,
            seconds=SECONDS,
        )
    if process.returncode == RAISED:
        return phrase("{name} cannot be imported. {why}", name=name, why=said.strip().splitlines()[-1])
    if process.returncode == WENT_WELL:
        return ""
    return phrase("{name} ends Python when it is imported (exit code {code})", name=name, code=process.returncode)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(f"submission.py: {error}")
    except KeyboardInterrupt:
        sys.exit(f"submission.py: {phrase('stopped before your files were looked at')}")
