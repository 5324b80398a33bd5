#!/bin/sh
# Expected: a DDIM sampler's eta is the eta of the DDIM paper, which multiplies the standard deviation
#   of the noise: eta = 0.5 adds half the noise of DDPM, in each library.
# Happens: azula's eta multiplies the variance, so eta = 0.5 adds 0.707 of it, and its 0.25 is the
#   paper's 0.5. At 0 and at 1 both agree, so a test at the two ends sees nothing. azula names
#   the paper as its source, and says of eta that 0 is Euler and 1 is DDPM; only the square root
#   in its formula shows it.
# Libraries: azula 0.11.1, diffusers 0.42.1, torch 2.13.0, numpy 2.4.6.
# Who meets it: a student who draws quality against eta (0, 0.25, 0.5, 1), as the paper's table
#   does, or a TA who compares a step of DDIM at eta = 0.5 with a library.
# Date: 2026-12-01. Output seen (noise of one step from 800 to 600, DDPM's own is 1):
#   azula 0.11.1, diffusers 0.42.1
#   eta          0.00   0.25   0.50   1.00
#   azula       0.000  0.500  0.707  1.000
#   diffusers   0.000  0.250  0.500  1.000
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6 diffusers==0.42.1 azula==0.11.1
cd "$d"
"$d/venv/bin/python" - <<'EOF'
from importlib.metadata import version
import torch
from azula.denoise import Denoiser, DiracPosterior
from azula.noise import Schedule
from azula.sample import DDIMSampler
from diffusers import DDIMScheduler

diffusers = DDIMScheduler(clip_sample=False)
diffusers.set_timesteps(5)

class Same(Schedule):
    def __call__(self, t):
        alpha_bar = diffusers.alphas_cumprod[(1000 * t).round().long()]
        return alpha_bar.sqrt(), (1 - alpha_bar).sqrt()

class Zero(Denoiser):
    """All data are 0, so that what a step from 0 returns is its noise alone."""
    schedule = Same()
    def forward(self, x_t, t):
        return DiracPosterior(torch.zeros_like(x_t))

zeros, etas = torch.zeros(10000), (0.0, 0.25, 0.5, 1.0)
noise = {"azula": [], "diffusers": []}
for eta in etas:
    torch.manual_seed(0)
    sampler = DDIMSampler(Zero(), eta=eta, start=0.8, stop=0.6, steps=1, silent=True)
    noise["azula"].append(sampler(zeros).std().item())
    torch.manual_seed(0)
    noise["diffusers"].append(diffusers.step(zeros, 800, zeros, eta=eta).prev_sample.std().item())
print("azula %s, diffusers %s" % (version("azula"), version("diffusers")))
print("eta       " + "".join("%7.2f" % eta for eta in etas))
share = {name: [v / row[-1] for v in row] for name, row in noise.items()}
for name, row in share.items():
    print("%-10s" % name + "".join("%7.3f" % v for v in row))
assert abs(noise["azula"][-1] / noise["diffusers"][-1] - 1) < 1e-3
assert all(abs(v - eta**0.5) < 1e-3 for v, eta in zip(share["azula"], etas))
assert all(abs(v - eta) < 1e-3 for v, eta in zip(share["diffusers"], etas))
print("as found: DDIM with eta 0.5 adds 0.707 of DDPM's noise in azula and 0.5 of it in diffusers.")
EOF
