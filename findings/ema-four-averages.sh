#!/bin/sh
# Expected: "EMA of the weights with decay 0.9999" is one formula, so four libraries give one
#   average after the same 1000 updates.
# Happens: they give 49.3, 501.4, 899.9 and 900.0 for a weight that is 1, 2, ... 1000.
#   torch's own is the plain formula. ema-pytorch acts at every tenth update, copies in the first
#   100, then has a smaller decay; torch-ema and diffusers have other, nearly equal ramps.
# Libraries: torch 2.14.1, ema-pytorch 0.8.3, torch-ema 0.3, diffusers 0.42.1.
# Who meets it: a student who trains with a library's EMA in the place of train.py's, and a
#   TA who compares the averaged weights, or the FID, with the reference.
# Date: 2026-11-29. Output seen (columns: after 1, 10, 100 and 1000 updates):
#   torch          1.00    1.00    1.49   49.33
#   ema-pytorch    1.00    1.00   91.00  501.43
#   torch-ema      0.82    8.90   89.90  899.90
#   diffusers      1.00    9.00   90.00  900.00
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$d/venv"
"$d/venv/bin/pip" install --quiet torch==2.14.1 numpy==2.4.6 ema-pytorch==0.8.3 torch-ema==0.3 diffusers==0.42.1
cd "$d"
"$d/venv/bin/python" - <<'EOF'
import torch
from diffusers.training_utils import EMAModel
from ema_pytorch import EMA
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch_ema import ExponentialMovingAverage

model = torch.nn.Linear(1, 1, bias=False).double()
model.weight.data.fill_(0.0)
own = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9999))
lucid = EMA(model, beta=0.9999)
small = ExponentialMovingAverage(model.parameters(), decay=0.9999)
hugging = EMAModel(model.parameters(), decay=0.9999)
rows = {"torch": [], "ema-pytorch": [], "torch-ema": [], "diffusers": []}
for i in range(1, 1001):
    model.weight.data.fill_(float(i))
    own.update_parameters(model), lucid.update(), small.update(), hugging.step(model.parameters())
    if i in (1, 10, 100, 1000):
        rows["torch"].append(own.module.weight.item())
        rows["ema-pytorch"].append(lucid.ema_model.weight.item())
        rows["torch-ema"].append(small.shadow_params[0].item())
        rows["diffusers"].append(hugging.shadow_params[0].item())
print("torch", torch.__version__)
for name, row in rows.items():
    print("%-11s %s" % (name, " ".join("%7.2f" % v for v in row)))
for name, last in (("torch", 49.33), ("ema-pytorch", 501.43), ("torch-ema", 899.9), ("diffusers", 900.0)):
    assert abs(rows[name][-1] - last) < 0.02, name
print("as found: EMA 0.9999 of the weights 1 to 1000 is 49.3, 501.4, 899.9 or 900.0, by the library.")
EOF
