#!/bin/sh
# Checks that the named prerequisites are there. What is missing is installed when we are root on
# a Debian system; otherwise the one command that installs it is printed, and the status is 1.
#
#   requirements/prerequisites.sh java g++ cmake python-headers chromium cjk-fonts ip
#
# PYTHON names the interpreter whose C headers are meant, CHROMIUM a browser off the path.
set -eu

# Spark 4.0 runs on Java 17 and 21, and takes JAVA_HOME before the path.
java_version() {
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p'
}

found() {
  case $1 in
    python) python3.11 -c 'import sys' ;;
    java) case $(java_version) in 17 | 21) ;; *) return 1 ;; esac ;;
    g++ | cmake) command -v "$1" ;;
    python-headers) test -f "$("${PYTHON:-python3.11}" -c \
      'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" ;;
    python-venv) "${PYTHON:-python3.11}" -c 'import ensurepip, venv' ;;
    chromium) test -x "${CHROMIUM:-}" || command -v chromium || command -v chromium-browser ;;
    cjk-fonts) test "$(uname)" = Darwin || fc-list :lang=zh-cn:lang=ja family | grep . ;;
    ip) PATH=$PATH:/usr/sbin:/sbin command -v ip || test "$(uname)" = Darwin ;;
    *) return 1 ;;
  esac >/dev/null 2>&1
}

debian_package() {
  version=$("${PYTHON:-python3.11}" -c 'import sys; print("%d.%d" % sys.version_info[:2])' \
    2>/dev/null || echo 3.11)
  case $1 in
    python) echo python3.11 python3.11-venv ;;
    java) echo openjdk-17-jre-headless ;;
    python-headers) echo "python$version-dev" ;;
    python-venv) echo "python$version-venv" ;;
    cjk-fonts) echo fontconfig fonts-noto-cjk ;;
    ip) echo iproute2 ;;
    g++ | cmake | chromium) echo "$1" ;;
  esac
}

brew_package() {
  case $1 in
    python | python-headers | python-venv) echo python@3.11 ;;
    java) echo openjdk@17 ;;
    g++) echo gcc ;;
    *) echo "$1" ;;
  esac
}

missing=$(for name in "$@"; do found "$name" || echo "$name"; done)
test -n "$missing" || exit 0
packages=$(for name in $missing; do
  if test "$(uname)" = Darwin; then brew_package "$name"; else debian_package "$name"; fi
done | sort -u | tr '\n' ' ')

if test "$(id -u)" -eq 0 && test -f /etc/debian_version; then
  echo "Installing with apt-get: $packages"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086  # one word for each package
  apt-get install -y -qq --no-install-recommends $packages >/dev/null </dev/null
  missing=$(for name in $missing; do found "$name" || echo "$name"; done)
  test -n "$missing" || exit 0
fi

{
  echo "Missing: $(echo "$missing" | tr '\n' ' ')"
  if test "$(id -u)" -eq 0 && test -f /etc/debian_version; then
    echo "Still not found after installing $packages."
    case $missing in *java*)
      echo "Spark needs Java 17 or 21, and JAVA_HOME or the path leads to another one." ;;
    esac
  elif test "$(uname)" = Darwin; then
    echo "Install with:  brew install $packages"
    case $missing in *java*)
      echo 'Then:  export JAVA_HOME="$(brew --prefix openjdk@17)"' ;;
    esac
  else
    echo "Install with:  sudo apt-get update && sudo apt-get install -y $packages"
    echo "(Debian and Ubuntu; elsewhere, the packages of the same meaning.)"
  fi
} >&2
exit 1
