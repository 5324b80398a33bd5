#!/bin/sh
# Expected: two samples written with the keys "digit_t0.25" and "digit_t0.75" are two samples when
#   the shard is read again; the extension begins at the last dot, as os.path.splitext says.
# Happens: one sample comes back, with the key "digit_t0" and the fields "25.txt" and "75.txt".
#   The reader cuts at the first dot, the writer does not look; neither says a word.
#   A pipeline that asks for the field "txt" finds none in it.
# Library: webdataset 1.0.2 (its own TarWriter and its own reader), numpy 2.4.6.
# Who meets it: a course that stores noisy images, or a student's samples, one for each time t
#   or each learning rate, and has the number in the key.
# Date: 2026-11-29. Output seen:
#   webdataset 1.0.2
#   written: ['digit_t0.25', 'digit_t0.75']
#   read: [('digit_t0', ['25.txt', '75.txt'])]
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet webdataset==1.0.2 numpy==2.4.6
cd "$d"
"$d/venv/bin/python" - <<'EOF'
from importlib.metadata import version
import webdataset as wds

keys = ["digit_t0.25", "digit_t0.75"]
with wds.TarWriter("shard.tar") as shard:
    for key in keys:
        shard.write({"__key__": key, "txt": "the image of " + key})
read = []
for sample in wds.WebDataset("shard.tar", shardshuffle=False):
    read.append((sample["__key__"], sorted(f for f in sample if not f.startswith("__"))))
print("webdataset", version("webdataset"))
print("written:", keys)
print("read:", read)
assert read == [("digit_t0", ["25.txt", "75.txt"])]
print("as found: webdataset reads two samples whose keys differ after a dot as one sample without the field txt.")
EOF
