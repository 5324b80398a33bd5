#!/bin/sh
# Expected: set_timesteps(2) of the flow-matching Euler scheduler makes two equal steps, from noise
#   level 1 to 0.5 to 0, and n steps make n. The documentation calls the number "the diffusion
#   steps", no more.
# Happens: the levels are 1, 0.001 and 0. From two steps on, the last step is the one from 0.001 to 0,
#   so n steps do the work of n - 1, and two are one: all samples are the mean of the data.
#   With sigmas=[1, 0.5] handed to it, the same class makes the two equal steps.
# Library: diffusers 0.42.1 (FlowMatchEulerDiscreteScheduler, shift 1), torch 2.13.0, numpy 2.4.6.
# Who meets it: a student who plots the quality of rectified flow against few steps (1, 2, 4) and
#   compares with a loop of his own. The deviation of the data is 0.5 here.
# Date: 2026-12-01. Output seen:
#   diffusers 0.42.1, levels of 2 steps [1.0, 0.001, 0.0]
#   deviation after 1, 2, 4, 8 steps: set_timesteps(n) 0.000 0.001 0.294 0.404
#   deviation after 1, 2, 4, 8 steps: equal steps      0.000 0.200 0.341 0.415
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6 diffusers==0.42.1
cd "$d"
"$d/venv/bin/python" - <<'EOF'
from importlib.metadata import version
import numpy as np
import torch
from diffusers import FlowMatchEulerDiscreteScheduler

def deviation(n, **levels):
    """Sample data of N(0, 0.5^2) with the exact velocity; all is linear, so one point is enough."""
    scheduler = FlowMatchEulerDiscreteScheduler()
    scheduler.set_timesteps(n, **levels)
    x = torch.ones(1)
    for level, t in zip(scheduler.sigmas.tolist(), scheduler.timesteps):
        velocity = (level - (1 - level) * 0.25) / ((1 - level) ** 2 * 0.25 + level**2) * x
        x = scheduler.step(velocity, t, x).prev_sample
    return x.item(), [round(s, 6) for s in scheduler.sigmas.tolist()]

counts = (1, 2, 4, 8)
plain = [deviation(n)[0] for n in counts]
equal = [deviation(n, sigmas=np.linspace(1, 1 / n, n).tolist())[0] for n in counts]
print("diffusers %s, levels of 2 steps %s" % (version("diffusers"), deviation(2)[1]))
print("deviation after 1, 2, 4, 8 steps: set_timesteps(n) " + " ".join("%.3f" % v for v in plain))
print("deviation after 1, 2, 4, 8 steps: equal steps      " + " ".join("%.3f" % v for v in equal))
assert deviation(2)[1] == [1.0, 0.001, 0.0]
assert plain[1] < 0.0011 and abs(equal[1] - 0.2) < 1e-3
assert abs(plain[2] - 0.2945) < 1e-3 and abs(equal[2] - 0.3405) < 1e-3
print("as found: the last of n flow steps goes from 0.001 to 0, so two steps give what one step gives.")
EOF
