#!/bin/sh
# Expected: a numerical question with the answer "0.000239 +- 2%" takes the numbers from 0.000234 to
#   0.000244. The readme allows each answer from 0.0001 on, and a smaller one is refused aloud.
# Happens: the QTI package holds the answer 0.0002 and the interval from 0.0002 to 0.0002, as all
#   numbers are written with four decimals. By the package the right answer is wrong, and
#   0.0002, which is 16% too small, is right. An interval [min, max] is rounded, too. Nothing is said.
#   (What a host does with the student's entry was not looked at; if it rounds the entry to four
#   decimals as well, then all from 0.00015 to 0.00025 is right.)
# Library: text2qti 0.8.0 (writes the quizzes that Canvas reads).
# Who meets it: a TA who asks for a number of the noise schedule: beta_8 of the linear one is 0.000239,
#   and the posterior variance of the first steps is as small.
# Date: 2026-12-01. Output seen:
#   text2qti 0.8.0
#   0.000239 +- 2%: answer 0.0002, from 0.0002 to 0.0002
#   0.0199 +- 0.1%: answer 0.0199, from 0.0199 to 0.0199
#   [0.000235, 0.000245]: from 0.0002 to 0.0002
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet text2qti==0.8.0
cd "$d"
"$d/venv/bin/python" - <<'EOF'
import pathlib
import re
import subprocess
import sys
import zipfile
from importlib.metadata import version

answers = ["0.000239 +- 2%", "0.0199 +- 0.1%", "[0.000235, 0.000245]"]
lines = ["Quiz title: Noise schedule"]
for i, answer in enumerate(answers, 1):
    lines += ["", "%d. Which number is number %d?" % (i, i), "=   " + answer]
pathlib.Path("quiz.txt").write_text("\n".join(lines) + "\n")
program = pathlib.Path(sys.executable).with_name("text2qti")
done = subprocess.run([program, "quiz.txt"], check=True, capture_output=True, text=True)
print("text2qti", version("text2qti"))
package = zipfile.ZipFile("quiz.zip")
items = "".join(package.read(n).decode() for n in package.namelist() if "/text2qti_" in n).split("<item ")[1:]
seen = []
for answer, item in zip(answers, items, strict=True):
    exact, low, high = (re.findall(r"<%s [^>]*>([^<]+)<" % tag, item) for tag in ("varequal", "vargte", "varlte"))
    seen.append((exact, low, high))
    first = "answer %s, " % exact[0] if exact else ""
    print("%s: %sfrom %s to %s" % (answer, first, low[0], high[0]))
assert done.stdout + done.stderr == ""
assert seen[0] == (["0.0002"], ["0.0002"], ["0.0002"])
assert seen[1] == (["0.0199"], ["0.0199"], ["0.0199"])
assert seen[2] == ([], ["0.0002"], ["0.0002"])
print("as found: text2qti writes the tolerance with four decimals, so that 0.000239 +- 2% takes 0.0002 alone.")
EOF
