#!/bin/sh
# Expected: CogVideoXDDIMScheduler.step(..., eta=1.0) adds noise, as DDIMScheduler's does; its page says
#   that eta is "the weight of noise for added noise", and variance_noise the noise itself. Likewise
#   s_churn of the flow-matching Euler scheduler adds noise before the step, as EulerDiscrete's does.
# Happens: neither does. step takes eta, generator and variance_noise (or s_churn, s_noise), never
#   looks at them, and is deterministic. There is no error and no warning.
# Library: diffusers 0.42.1 (CogVideoXDDIMScheduler, FlowMatchEulerDiscreteScheduler), torch 2.13.0, numpy 2.4.6.
# Who meets it: a student who compares eta = 0 with eta = 1, or churn with none, in the newer schedulers
#   and reports that the noise makes no difference.
# Date: 2026-12-01. Output seen (deviation of what one step makes of zeros):
#   diffusers 0.42.1
#   DDIMScheduler                    eta     0: 0.000   1: 0.725
#   CogVideoXDDIMScheduler           eta     0: 0.000   1: 0.000
#   EulerDiscreteScheduler           s_churn 0: 0.000   1: 2.160
#   FlowMatchEulerDiscreteScheduler  s_churn 0: 0.000   1: 0.000
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
zeros = torch.zeros(10000)

def deviation(name, **more):
    scheduler = getattr(diffusers, name)()
    scheduler.set_timesteps(10)
    torch.manual_seed(0)
    return scheduler.step(zeros, scheduler.timesteps[4], zeros, **more).prev_sample.std().item()

print("diffusers", version("diffusers"))
seen = {}
for name, word, values in (
    ("DDIMScheduler", "eta", (0.0, 1.0)),
    ("CogVideoXDDIMScheduler", "eta", (0.0, 1.0)),
    ("EulerDiscreteScheduler", "s_churn", (0.0, 1.0)),
    ("FlowMatchEulerDiscreteScheduler", "s_churn", (0.0, 1.0)),
):
    seen[name] = [deviation(name, **{word: v}) for v in values]
    print("%-32s %-7s 0: %.3f   1: %.3f" % (name, word, *seen[name]))
given = deviation("CogVideoXDDIMScheduler", eta=1.0, variance_noise=torch.ones(10000).cumsum(0))
assert seen["DDIMScheduler"][0] == 0 and seen["DDIMScheduler"][1] > 0.5
assert seen["EulerDiscreteScheduler"][0] == 0 and seen["EulerDiscreteScheduler"][1] > 0.5
assert seen["CogVideoXDDIMScheduler"] == [0, 0] and given == 0
assert seen["FlowMatchEulerDiscreteScheduler"] == [0, 0]
print("as found: CogVideoXDDIMScheduler takes eta, and FlowMatchEulerDiscreteScheduler s_churn, and neither adds noise.")
EOF
