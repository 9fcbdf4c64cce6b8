#!/bin/sh
# Ensures that the programs of these Debian packages are installed: installs missing ones if it may, and otherwise prints
# how. With --missing it only prints the missing packages.
set -eu

program_of() {
  case "$1" in
    prometheus) echo promtool ;;
    prometheus-alertmanager) echo amtool ;;
    golang-go) echo go ;;
    *) echo "$1" ;;
  esac
}

is_there() {
  case "$1" in
    golang-github-prometheus-client-golang-dev) [ -d /usr/share/gocode/src/github.com/prometheus/client_golang ] ;;
    *) command -v "$(program_of "$1")" >/dev/null 2>&1 ;;
  esac
}

only_print=no
if [ "${1-}" = --missing ]; then
  only_print=yes
  shift
fi

missing=""
for package in "$@"; do
  is_there "$package" || missing="$missing $package"
done
if [ "$only_print" = yes ]; then
  echo "$missing"
  exit 0
fi
[ -z "$missing" ] && exit 0

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing for the tests:$missing"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  apt-get update -q >/dev/null && apt-get install -q -y --no-install-recommends $missing >/dev/null && exit 0
fi

echo "These Debian packages are missing:$missing" >&2
echo "Install them with: sudo apt-get install$missing" >&2
exit 1
