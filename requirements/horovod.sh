#!/bin/sh
# Installs Horovod into .venv, from a wheel built against the torch that is there. Horovod ships as
# source only and compiles against torch, so the wheel is kept in the user's cache, by everything
# that it depends on.
set -eu
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
requirement=$(grep '^horovod==' requirements/labs.txt)
wheels=${XDG_CACHE_HOME:-$HOME/.cache}/lockstep/wheels
key=$("$python" - "$requirement" <<'PY'
import importlib.metadata, platform, sys, sysconfig
print(
    sys.argv[1].replace("==", "-"),
    "torch-" + importlib.metadata.version("torch"),
    sys.implementation.cache_tag,
    sysconfig.get_platform(),
    *filter(None, ["".join(platform.libc_ver())]),
    sep="_",
)
PY
)

# Installs the kept wheel and lets it sum a tensor: False where there is none, or it does not work.
install() {
  test -d "$wheels/$key" || return 1
  "$python" -m pip install -q --no-index --no-deps --force-reinstall "$wheels/$key"/*.whl &&
    "$python" - <<'PY'
import horovod.torch as hvd
import torch
hvd.init()
total = hvd.allreduce(torch.ones(2), op=hvd.Sum)
hvd.shutdown()
raise SystemExit(total.tolist() != [1.0, 1.0])
PY
}

build() {
  PYTHON=$python requirements/prerequisites.sh g++ cmake python-headers
  log=$wheels/$key.log
  echo "Building $requirement, about 3 minutes on two cores, once. Log: $log"
  # A compiler takes up to 2.5 GB here, so memory may allow fewer of them than there are cores.
  jobs=$(getconf _NPROCESSORS_ONLN)
  fits=$(awk '/^MemAvailable/ { print int($2 / 2500000) }' /proc/meminfo 2>/dev/null || echo 2)
  test "$jobs" -le "$fits" || jobs=$((fits > 0 ? fits : 1))
  # torch's headers want C++20 and Horovod's build asks for C++14: the last one counts.
  printf '#!/bin/sh\nexec %s "$@" -std=gnu++20\n' "${CXX:-g++}" >"$work/c++20"
  chmod +x "$work/c++20"
  # pip's own cache would return a wheel whatever torch it was built against. make's flags are
  # ours, not those of Horovod's build, which starts eight jobs unless told otherwise.
  CXX=$work/c++20 \
    MAKEFLAGS=-j$jobs MAKELEVEL= \
    CMAKE_POLICY_VERSION_MINIMUM=3.5 \
    HOROVOD_WITH_PYTORCH=1 HOROVOD_WITH_GLOO=1 \
    HOROVOD_WITHOUT_MPI=1 HOROVOD_WITHOUT_TENSORFLOW=1 HOROVOD_WITHOUT_MXNET=1 \
    "$python" -m pip wheel --no-cache-dir --no-binary horovod --no-build-isolation --no-deps \
    --wheel-dir "$work/wheel" "$requirement" >"$log" 2>&1 </dev/null || {
    tail -n 30 "$log" >&2
    echo "Building Horovod failed. The whole log: $log" >&2
    return 1
  }
  # Nobody ever sees half a wheel; where another build was faster, its wheel is as good.
  rm -rf "${wheels:?}/$key"
  mv "$work/wheel" "$wheels/$key"
}

if install; then exit 0; fi
mkdir -p "$wheels"
find "$wheels" -maxdepth 1 -name '.build-*' -mmin +600 -exec rm -rf {} +  # of killed builds
work=$(mktemp -d "$wheels/.build-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
build
install
echo "Horovod works; its wheel stays in $wheels/$key"
