#!/bin/sh
# Expected: add_noise(x_0, noise, t) of a scheduler adds the noise of step t, the more the larger t,
#   as DDIM's and SA-Solver's do with the same betas; set_timesteps(20), which chooses the
#   steps of sampling, changes nothing in it.
# Happens: four fast solvers run backwards when new: at t = 999 they add the noise of t = 0, and at
#   t = 0 that of t = 999. The method finds t in a falling list of steps and takes that place in
#   a rising list of noise levels. After set_timesteps(20) the lists agree, but each t that is not
#   one of the 20 gets the noise of the last step, t = 50, instead. Nothing is said.
# Library: diffusers 0.42.1 (DPMSolverMultistepScheduler, DPMSolverSinglestepScheduler, UniPCMultistepScheduler,
#   DEISMultistepScheduler; index_for_timestep and add_noise), torch 2.13.0, numpy 2.4.6.
# Who meets it: a student who keeps one scheduler for training and for sampling, and changes DDIM to
#   DPM-Solver++ to sample faster: the training loop runs on, with the wrong noise for each t.
# Date: 2026-12-01. Output seen (share of noise in the result, sqrt(1 - alpha_bar)):
#   diffusers 0.42.1
#   t                                       0    100    500    501    999
#   DDIM                 new            0.010  0.324  0.960  0.961  1.000
#   DDIM                 after 20       0.010  0.324  0.960  0.961  1.000
#   DPMSolverMultistep   new            1.000  1.000  0.960  0.959  0.010
#   DPMSolverMultistep   after 20       0.173  0.324  0.960  0.173  1.000
#   (SASolver as DDIM; DPMSolverSinglestep, UniPCMultistep, DEISMultistep as DPMSolverMultistep)
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6 diffusers==0.42.1
cd "$d"
"$d/venv/bin/python" - <<'EOF'
import logging
from importlib.metadata import version
import diffusers
import torch

logging.disable(logging.WARNING)
print("diffusers", version("diffusers"))
steps = torch.tensor([0, 100, 500, 501, 999])
zeros, ones = torch.zeros(5, 1), torch.ones(5, 1)
seen = {}
print("%-34s" % "t" + "".join("%7d" % t for t in steps.tolist()))
for name in ("DDIM", "SASolver", "DPMSolverMultistep", "DPMSolverSinglestep", "UniPCMultistep", "DEISMultistep"):
    scheduler = getattr(diffusers, name + "Scheduler")()
    for when in ("new", "after 20"):
        row = scheduler.add_noise(zeros, ones, steps)[:, 0]
        seen[name, when] = row
        print("%-20s %-13s" % (name, when) + "".join("%7.3f" % v for v in row.tolist()))
        scheduler.set_timesteps(20)
        assert 50 == scheduler.timesteps[-1] or name == "DDIM"
right = (1 - diffusers.DDIMScheduler().alphas_cumprod).sqrt()
for (name, when), row in seen.items():
    if name in ("DDIM", "SASolver"):
        want = right[steps]
    elif when == "new":
        want = right[999 - steps]
    else:
        want = right[[50, 100, 500, 50, 999]]
    assert torch.allclose(row, want, atol=1e-4), (name, when)
print("as found: four solvers' add_noise gives t = 999 the noise of t = 0 when new, and after set_timesteps(20) all other t that of t = 50.")
EOF
