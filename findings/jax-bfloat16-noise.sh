#!/bin/sh
# Expected: jax.random.normal(key, shape, bfloat16) is normal noise, rounded to bfloat16: mean 0,
#   and a million draws reach beyond 4, as the documentation has the whole line for its domain.
# Happens: it has 128 different values, none above 2.52 or below -2.9, and the mean is -0.012, which
#   is twelve standard errors from 0. The uniform number under it has 7 bits. In float16 the
#   noise ends at 3.2. The float32 draw, cast to bfloat16, has none of this. No warning.
# Library: jax 0.10.2 (jaxlib 0.10.2, CPU), numpy 2.4.6.
# Who meets it: a student who runs training or the sampler in bfloat16 and draws the noise in the
#   type of the image (dtype=x.dtype). 1 of 200 draws should lie above 2.55, none does, and
#   what a thousand steps add is biased to one side.
# Date: 2026-12-01. Output seen:
#   jax 0.10.2, a million draws
#   bfloat16             mean -0.01205, from -2.891 to 2.516, 128 values
#   float16              mean -0.00194, from -3.486 to 3.182, 1024 values
#   float32 as bfloat16  mean 0.00016, from -4.656 to 4.531, 3598 values
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$d"
JAX_PLATFORMS=cpu "$d/venv/bin/python" - <<'EOF'
import jax
import jax.numpy as jnp
import numpy as np

key, shape = jax.random.key(0), (1_000_000,)
draws = {
    "bfloat16": jax.random.normal(key, shape, jnp.bfloat16),
    "float16": jax.random.normal(key, shape, jnp.float16),
    "float32 as bfloat16": jax.random.normal(key, shape, jnp.float32).astype(jnp.bfloat16),
}
print("jax %s, a million draws" % jax.__version__)
seen = {}
for name, draw in draws.items():
    x = np.asarray(draw).astype(np.float64)
    seen[name] = (x.mean(), x.min(), x.max(), len(np.unique(x)))
    print("%-20s mean %.5f, from %.3f to %.3f, %d values" % (name, *seen[name]))
mean, low, high, values = seen["bfloat16"]
assert values <= 128 and -3 < low and high < 2.6 and mean < -0.008
assert seen["float16"][2] < 3.5
mean, low, high, values = seen["float32 as bfloat16"]
assert abs(mean) < 0.004 and low < -4 and high > 4 and values > 1000
print("as found: jax's normal noise in bfloat16 has 128 values, ends at 2.52 and has the mean -0.012.")
EOF
