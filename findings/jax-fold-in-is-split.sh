#!/bin/sh
# Expected: jax.random.fold_in(key, 2) and jax.random.split(key, 4)[2] are unrelated keys,
#   as two ways of making new keys from one key should not meet.
# Happens: they are the same key, for every position, so the "two" noises are one noise.
#   Also split(key, 2) is the beginning of split(key, 4).
# Library: jax 0.10.2 (jaxlib 0.10.2, default threefry keys).
# Who meets it: a student who ports the sampler to JAX, takes the start noise with split(key)
#   and the noise of step t with fold_in(key, t). The start noise then comes back in a step,
#   so a check for independent noise fails, and a reference made the other way agrees by chance.
# Date: 2026-11-29. Output seen:
#   jax 0.10.2
#   split(key, 4)[i] == fold_in(key, i): [True, True, True, True]
#   correlation of the start noise and the noise of step 1: 1.000
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$d"
JAX_PLATFORMS=cpu "$d/venv/bin/python" - <<'EOF'
import jax
import numpy as np

key = jax.random.key(2026)
children = jax.random.split(key, 4)
data = jax.random.key_data
same = [bool((data(children[i]) == data(jax.random.fold_in(key, i))).all()) for i in range(4)]
key_next, start = jax.random.split(key)
x = np.asarray(jax.random.normal(start, (1000,)))
step1 = np.asarray(jax.random.normal(jax.random.fold_in(key, 1), (1000,)))
print("jax", jax.__version__)
print("split(key, 4)[i] == fold_in(key, i):", same)
print("correlation of the start noise and the noise of step 1: %.3f" % np.corrcoef(x, step1)[0, 1])
assert all(same) and (x == step1).all()
assert (data(jax.random.split(key, 2)) == data(children)[:2]).all()
print("as found: jax's fold_in(key, i) is the same key as split(key, n)[i], so their noises are equal.")
EOF
