#!/bin/sh
# Makes an empty .venv with Python 3.11, or with another Python from 3.11 on where there is none:
# enough for the site, while the labs insist on 3.11. PYTHON names an interpreter to take instead.
set -eu
cd "$(dirname "$0")/.."

# The interpreter behind the candidate, which may be a virtual environment's (even .venv's own).
usable() {
  "$1" -c 'import sys; sys.version_info < (3, 11) and sys.exit(1); print(sys._base_executable)' \
    2>/dev/null
}

python=$(for candidate in ${PYTHON:-python3.11 python3}; do
  usable "$candidate" && break
done) || if test -n "${PYTHON:-}"; then
  echo "PYTHON=$PYTHON does not run, or is older than Python 3.11." >&2
  exit 1
else
  requirements/prerequisites.sh python
  python=$(usable python3.11)
fi
PYTHON=$python requirements/prerequisites.sh python-venv
echo "Making .venv with $python"
"$python" -m venv --clear .venv
