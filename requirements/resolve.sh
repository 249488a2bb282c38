#!/bin/sh
# Writes the pins anew from the extras of pyproject.toml: site.txt, then what labs.txt adds to it,
# then what dev.txt adds to both. Review the difference, then run `make test` and `make run`.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3.11 -m venv "$work/venv"
"$work/venv/bin/python" -m pip uninstall -q -y setuptools
: >"$work/pinned"

for extra in site labs dev; do
  "$work/venv/bin/python" - "$extra" >"$work/wanted" <<'PY'
import pathlib, sys, tomllib
project = tomllib.loads(pathlib.Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
print(*project["optional-dependencies"][sys.argv[1]], sep="\n")
PY
  "$work/venv/bin/python" -m pip install -q -r "$work/wanted" -c "$work/pinned"
  # Without the local part of a version: which build of torch it is, is labs.sh's business.
  "$work/venv/bin/python" -m pip list --format=freeze --exclude pip | sed 's/+.*//' >"$work/all"
  {
    echo "# Resolved by requirements/resolve.sh from the extra '$extra' in pyproject.toml"
    if test "$extra" = labs; then
      echo "# torch: the CPU build; Horovod: built by requirements/horovod.sh, not by pip install -r"
      grep '^horovod==' requirements/labs.txt
    fi
    grep -vxFf "$work/pinned" "$work/all"
  } >"$work/$extra.txt"
  cp "$work/all" "$work/pinned"
done
for extra in site labs dev; do cp "$work/$extra.txt" requirements/; done
