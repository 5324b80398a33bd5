#!/usr/bin/env bash
# Prepares Gradescope's image: run once, as root, when the autograder zip is uploaded (Ubuntu 22.04, Python 3.10).
# The image's own Python stays as it is; the grader gets a virtual environment of its own.
# In the assignment's autograder settings ask for 1.5 GB of memory and 1 CPU.
#
#   GRADER_VENV    where the environment goes     /opt/diffusion-grader (not /root: no other uid can read there)
#   GRADER_PYTHON  the Python that makes it       python3; one of 3.10 to 3.14
#   TORCH_INDEX    where PyTorch's wheels are     its CPU index; set it empty for pip's own index
set -euo pipefail
umask 022
export DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore

venv=${GRADER_VENV:-/opt/diffusion-grader}
python=${GRADER_PYTHON:-python3}
torch_index=${TORCH_INDEX-https://download.pytorch.org/whl/cpu}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

die() {
    trap - ERR
    echo "setup.sh: $*" >&2
    exit 1
}
trap 'die "stopped at line $LINENO, at: $BASH_COMMAND"' ERR

command -v "$python" >/dev/null || die "there is no $python; GRADER_PYTHON names another one"
version=$("$python" -c 'import sys; print("%d%d" % sys.version_info[:2])')
lock="$here/requirements/py$version.txt"
[[ -f $lock ]] || die "there is no lock for $("$python" --version); set GRADER_PYTHON to a Python 3.10 to 3.14"

# 1. What the system must have: a Python that can make environments, and libseccomp for the worker's filter.
has_system_packages() {
    "$python" -c 'import ctypes, ensurepip, venv; ctypes.CDLL("libseccomp.so.2")' 2>/dev/null
}
if ! has_system_packages; then
    ((EUID == 0)) || die "not root, and $python's venv module or libseccomp2 is missing: install them first"
    apt-get update -qq || die "apt-get update failed: no package list could be fetched"
    apt-get install -y -qq --no-install-recommends "$(basename "$python")-venv" libseccomp2 ca-certificates ||
        die "apt-get could not install $(basename "$python")-venv and libseccomp2"
    has_system_packages || die "$python still cannot make a virtual environment, or libseccomp2 is not found"
fi

# 2. The environment, from the lock of this Python version.
mapfile -t torch < <(grep -E '^torch==' "$lock")
mapfile -t others < <(grep -vE '^torch==' "$lock")

"$python" -m venv "$venv" || die "$python could not make a virtual environment at $venv"
pip=("$venv/bin/python" -I -m pip)
"${pip[@]}" install --quiet --only-binary=:all: --no-deps "${others[@]}" ||
    die "pip could not install the packages of $lock"
"${pip[@]}" install --quiet --only-binary=:all: --constraint "$lock" ${torch_index:+--index-url "$torch_index"} "${torch[@]}" ||
    die "pip could not install ${torch[*]} from ${torch_index:-its own index}; TORCH_INDEX names another one"
"${pip[@]}" check || die "the packages of $lock do not fit together"

# 3. The student's code runs under another uid, so that uid must be able to read the environment: prove it.
chmod -R a+rX "$venv"
as_other=()
((EUID == 0)) && as_other=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs)
cd /
"${as_other[@]}" env -i HOME=/nonexistent LANG=C.UTF-8 "$venv/bin/python" -I -c '
import os, platform
import gradescope_utils, jinja2, numpy, pytest, pyseccomp, rich, torch, typer
print(f"setup.sh: ready. uid {os.getuid()} imports torch {torch.__version__}, numpy {numpy.__version__}, "
      f"pytest {pytest.__version__} on Python {platform.python_version()}")
' || die "another uid cannot import torch from $venv: it, $python and every folder above them must be open to all"
