#!/bin/sh
# Expected: a column stored as float64 is float64 with with_format("numpy"), however one reads
#   it, and a uint8 column stays uint8 in both ways or in neither.
# Happens: one cell of one row is float64; the same cell in a slice of rows is float32. So
#   ds[0]["x"] and ds[0:1]["x"][0] differ. Lists of uint8 pixels come as int64.
#   The schema says float64 and uint8 all the time, and there is no warning.
# Library: datasets 5.2.0 (Hugging Face), with numpy 2.4.6.
# Who meets it: a course keeps reference values (1e-8 tolerance) or pixels as a data set. A check
#   that reads row by row passes; the one that reads in batches misses the same numbers by 6e-8.
# Date: 2026-11-29. Output seen:
#   datasets 5.2.0, schema float64 and List(Value('uint8'))
#   row: float64 1.00000001   slice: float32 1.0   pixels: int64
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet datasets==5.2.0 numpy==2.4.6
cd "$d"
HF_HOME="$d/hf" HF_HUB_OFFLINE=1 "$d/venv/bin/python" - <<'EOF'
import datasets
import numpy as np

table = {"x": [1.00000001, 0.1], "pixels": np.array([[250, 3], [1, 2]], np.uint8)}
ds = datasets.Dataset.from_dict(table).with_format("numpy")
row, rows = ds[0]["x"], ds[0:1]["x"]
pixels = ds[0:1]["pixels"]
print("datasets %s, schema %s and %s" % (datasets.__version__, ds.features["x"].dtype, ds.features["pixels"]))
print("row:", row.dtype, float(row), "  slice:", rows.dtype, float(rows[0]), "  pixels:", pixels.dtype)
assert ds.features["x"].dtype == "float64"
assert row.dtype == np.float64 and float(row) == 1.00000001
assert rows.dtype == np.float32 and float(rows[0]) == 1.0
assert pixels.dtype == np.int64
print("as found: the numpy format of datasets gives a float64 cell as float64 by row and as float32 by slice.")
EOF
