# Sourced by the scripts of the action: what they run comes from outside of the checkout that they judge.

# Leaves on PATH only absolute folders that are not in the folder $1, and takes away what Python reads.
leave_checkout() {
  local checkout entry at kept="" name
  checkout=$(cd -P -- "$1" && pwd -P)
  set -f
  local IFS=:
  for entry in $PATH; do
    case $entry in /*) ;; *) continue ;; esac
    at=$(cd -P -- "$entry" 2>/dev/null && pwd -P) || continue
    case $at/ in "$checkout"/*) continue ;; esac
    kept=${kept:+$kept:}$at
  done
  set +f
  export PATH=$kept
  hash -r
  for name in "${!PYTHON@}" "${!PIP_@}"; do unset "$name"; done
}

# Ends with an annotation and exit code 2, which is that of wrong usage.
refuse() {
  echo "::error title=fencekit::$1"
  exit 2
}
