#!/bin/sh
# Makes sure that the programs which the tests run against are there: promtool and prometheus (package prometheus),
# amtool and prometheus-alertmanager (package prometheus-alertmanager), chromium, go (package golang-go) and the
# sources of client_golang. Installs the Debian packages that are missing where it may; else says how.
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

missing=""
for package in "$@"; do
  is_there "$package" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing for the tests:$missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q >/dev/null
  # shellcheck disable=SC2086
  apt-get install -q -y --no-install-recommends $missing >/dev/null
  exit 0
fi

echo "The tests need these Debian packages:$missing" >&2
echo "Install them with: sudo apt-get install$missing" >&2
exit 1
