#!/bin/sh
# Expected: the same arrays with the same metadata, saved twice, give the same bytes and so the same
#   SHA-256; Python's dict has an order, and the format is known as a plain one.
# Happens: with two or more entries of metadata the order in the header is drawn anew for each save,
#   in one process as well, so the files differ while all that is in them is equal. With one entry,
#   or none, the bytes are always the same. PYTHONHASHSEED=0 does not help, as the order is Rust's.
# Library: safetensors 0.8.0, numpy 2.4.6.
# Who meets it: a course that lists its weights with their SHA-256 and makes them again to see that
#   the list is right, once the second entry (task, seed) stands in the metadata; a build cache;
#   a search for equal submissions by their hash.
# Date: 2026-12-01. Output seen (the last count differs a little from run to run):
#   safetensors 0.8.0
#   0 entries: 100 saves, 1 different files
#   1 entries: 100 saves, 1 different files
#   2 entries: 100 saves, 2 different files
#   4 entries: 100 saves, 23 different files
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet safetensors==0.8.0 numpy==2.4.6
cd "$d"
PYTHONHASHSEED=0 "$d/venv/bin/python" - <<'EOF'
import hashlib
import json
from importlib.metadata import version
import numpy as np
import safetensors.numpy

arrays = {"weight": np.arange(4, dtype=np.float32)}
metadata = {"task": "2.8", "seed": "0", "steps": "1000", "data": "digits"}
print("safetensors", version("safetensors"))
counts = {}
for n in (0, 1, 2, 4):
    entries = dict(list(metadata.items())[:n])
    files = [safetensors.numpy.save(arrays, metadata=entries) for _ in range(100)]
    for file in files:
        length = int.from_bytes(file[:8], "little")
        assert json.loads(file[8 : 8 + length]).get("__metadata__", {}) == entries
        assert (safetensors.numpy.load(file)["weight"] == arrays["weight"]).all()
    counts[n] = len({hashlib.sha256(file).hexdigest() for file in files})
    print("%d entries: 100 saves, %d different files" % (n, counts[n]))
assert counts[0] == counts[1] == 1
assert counts[2] == 2 and counts[4] > 5
print("as found: safetensors writes two or more entries of metadata in an order that changes from save to save.")
EOF
