#!/bin/sh
# Expected: GaussianDiffusion(timesteps=8, sampling_timesteps=8, ddim_sampling_eta=0.0) samples with
#   deterministic DDIM: the same start noise gives the same picture.
# Happens: it samples with DDPM and new noise in each step, as DDIM is used only where
#   sampling_timesteps is below timesteps; ddim_sampling_eta is not looked at. With 7 of 8 steps
#   the same call is deterministic. Nothing is printed.
# Library: denoising-diffusion-pytorch 2.3.4, torch 2.14.1, torchvision 0.29.1.
# Who meets it: a student or TA who compares the course's DDIM (eta = 0) with this well-known code
#   and takes all the steps, to leave out the error of the skipped ones.
# Date: 2026-11-29. Output seen:
#   denoising-diffusion-pytorch 2.3.4
#   8 of 8 steps, eta 0: DDIM False, same picture from the same start: False
#   7 of 8 steps, eta 0: DDIM True, same picture from the same start: True
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet torch==2.14.1 numpy==2.4.6 torchvision==0.29.1 denoising-diffusion-pytorch==2.3.4
cd "$d"
"$d/venv/bin/python" - <<'EOF'
from importlib.metadata import version
import torch
from denoising_diffusion_pytorch import GaussianDiffusion, Unet

torch.manual_seed(0)
model = Unet(dim=8, dim_mults=(1, 2), flash_attn=False)
start, randn = torch.randn(1, 3, 8, 8), torch.randn
print("denoising-diffusion-pytorch", version("denoising-diffusion-pytorch"))
seen = {}
for steps in (8, 7):
    diffusion = GaussianDiffusion(model, image_size=8, timesteps=8, sampling_timesteps=steps, ddim_sampling_eta=0.0)
    pictures = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        torch.randn = lambda *a, **k: start.clone()
        pictures.append(diffusion.sample(batch_size=1))
        torch.randn = randn
    seen[steps] = (diffusion.is_ddim_sampling, bool(torch.allclose(*pictures, atol=1e-5)))
    print("%d of 8 steps, eta 0: DDIM %s, same picture from the same start: %s" % (steps, *seen[steps]))
assert seen == {8: (False, False), 7: (True, True)}
print("as found: with sampling_timesteps equal to timesteps this library ignores eta = 0 and adds noise in each step.")
EOF
