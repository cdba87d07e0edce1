#!/usr/bin/env bash
# Compares the policy with the base branch. Runs in the checkout, and runs nothing of it: its files
# are data. Takes POLICY, FROM, BASE, LOGS, FAIL_ON, REPORTS and FENCEKIT_HOME from the environment.
set -euo pipefail
root=$(cd -P -- "${BASH_SOURCE[0]%/*}/.." && pwd -P)
. "$root/action/outside.sh"
leave_checkout "${GITHUB_WORKSPACE:-.}"

revision=${FROM:-${BASE:+refs/remotes/origin/$BASE}}
[ -n "$revision" ] || refuse "no base branch here: name the revision to compare with as \`from\`"
reports=${REPORTS:-$FENCEKIT_HOME/reports}
# A link in the checkout could lead what is written to anywhere.
at=""
IFS=/ read -ra parts <<<"${reports#"$PWD"/}"
for part in "${parts[@]}"; do
  at=$at$part
  case $reports in "$PWD"/* | [!/]*) [ ! -L "$at" ] || refuse "the folder for the reports, \`$at\`, is a link" ;; esac
  at=$at/
done
mkdir -p -- "$reports"

arguments=("--from=$revision" "--fail-on=$FAIL_ON" --format github)
while IFS= read -r log; do
  if [ -n "$log" ]; then arguments+=("--log=$log"); fi
done <<<"$LOGS"
for form in html sarif markdown junit json; do
  file=$reports/fencekit.$form
  if [ -L "$file" ]; then refuse "\`$file\` is a link"; fi
  arguments+=("--out=$form=$file")
  echo "$form=$file" >>"$GITHUB_OUTPUT"
done
code=0
"$FENCEKIT_HOME/env/bin/python" -I -m fencekit diff "${arguments[@]}" -- "$POLICY" || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
if [ -f "$reports/fencekit.markdown" ]; then
  cat "$reports/fencekit.markdown" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
