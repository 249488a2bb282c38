#!/bin/sh
# Installs into .venv what the labs run on: the CPU build of torch, the other pins, Horovod.
# TORCH_INDEX is the address of a package index that has the CPU build, where pip's own has not.
# HOROVOD=no leaves Horovod out, and with it the need for a compiler and for Python 3.11.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
rest=$(mktemp)
trap 'rm -f "$rest"' EXIT

horovod=${HOROVOD:-yes}
test "$horovod" = no || "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
  echo "The labs need Python 3.11, and .venv has $("$python" -V): Horovod imports distutils, which" >&2
  echo "3.12 dropped. Install Python 3.11, then:  rm -r .venv, and this again with PYTHON=python3.11" >&2
  exit 1
}

torch=$(grep '^torch==' requirements/labs.txt)
echo "Installing $torch"
"$python" -m pip install -q --no-deps ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "$torch"
# Asked before its dependencies come: for a CUDA build those are gigabytes, and Horovod would not
# compile against it without the CUDA toolkit.
"$python" - <<'PY' || {
import importlib.util, runpy, sys
torch = importlib.util.find_spec("torch")
build = runpy.run_path(torch.submodule_search_locations[0] + "/version.py")
sys.exit(bool(build.get("cuda") or build.get("hip")))
PY
  "$python" -m pip uninstall -q -y torch
  echo "The package index offers a GPU build of torch, and the labs run on the CPU build." >&2
  echo "Run this again with TORCH_INDEX=URL: 'A CPU build of torch' in README.md says which." >&2
  exit 1
}

echo "Installing the labs' other packages"
grep -v '^horovod==' requirements/labs.txt >"$rest"
"$python" -m pip install -q -r requirements/site.txt -r "$rest"
test "$horovod" = no || requirements/horovod.sh
"$python" -m pip check
