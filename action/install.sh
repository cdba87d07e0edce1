#!/usr/bin/env bash
# Makes an environment for fencekit in a folder of its own. No file of the checkout runs or is read.
# The packages beside it are pinned and hashed in requirements.txt; fencekit is the action's own commit.
set -euo pipefail
root=$(cd -P -- "${BASH_SOURCE[0]%/*}/.." && pwd -P)
. "$root/action/outside.sh"
leave_checkout "${GITHUB_WORKSPACE:-.}"

home=$(mktemp -d "${RUNNER_TEMP:-/tmp}/fencekit-XXXXXX")
cd "$home"
python=$(command -v python3 || command -v python) || refuse "there is no python outside of the checkout"
"$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  refuse "$python is older than 3.11: set up a newer one first"
"$python" -I -m venv env
env/bin/python -I -m pip --isolated --disable-pip-version-check install --quiet --no-input \
  --require-hashes --only-binary=:all: --requirement "${FENCEKIT_REQUIREMENTS:-$root/action/requirements.txt}"
packages=$(env/bin/python -I -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$root" >"$packages/fencekit.pth"
echo "home=$home" >>"$GITHUB_OUTPUT"
