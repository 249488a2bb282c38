#!/bin/sh
# Makes .venv/spark-VERSION: all that .venv has, with another Spark in front of the pinned one. Its
# Python is one of its own, so that kernels, ranks and executors find the same Spark.
#
#   requirements/spark.sh 3.5
set -eu
cd "$(dirname "$0")/.."
pins=requirements/spark-$1.txt
test -f "$pins" || {
  echo "No pins for Spark $1. There are:" requirements/spark-*.txt >&2
  exit 1
}
environment=.venv/spark-$1
echo "Installing Spark $1 into $environment"
.venv/bin/python -m venv --clear --without-pip "$environment"
.venv/bin/python -m pip --python "$environment/bin/python" install -q --no-deps -r "$pins"
.venv/bin/python - "$environment" <<'PY'
import pathlib, sys, sysconfig
(packages,) = pathlib.Path(sys.argv[1]).glob("lib/python*/site-packages")
# Behind the environment's own, path files that are there included: the engine is found by one.
line = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
(packages / "labs.pth").write_text(line, "utf-8")
PY
touch "$environment/.ready"
