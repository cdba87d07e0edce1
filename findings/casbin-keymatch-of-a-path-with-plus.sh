#!/usr/bin/env bash
# Packages: casbin 1.43.0 (PyPI) and casbin 5.51.1 (npm).
# Behaviour: `keyMatch2` to `keyMatch5` turn a path into a regular expression without escaping it. A path
#   that holds `+` therefore does not match itself, in both languages; `keyMatch`, which compares text
#   up to `*`, matches it.
# Consequence: a permission for one exact path such as `/notes/c++/a.md` grants nothing.
# Output seen:
#   python keyMatch True keyMatch2 False keyMatch3 False keyMatch4 False keyMatch5 False
#   node keyMatch true keyMatch2 false keyMatch3 false keyMatch4 false keyMatch5 false
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT; cd "$here"
python3 -m venv v && v/bin/pip -q install casbin==1.43.0
npm init -y >/dev/null && npm install --silent --no-fund --no-audit casbin@5.51.1
v/bin/python - >seen <<'E'
from casbin.util import builtin_operators as ops
path = "/a+b/c"
rows = [f"keyMatch{n} {getattr(ops, 'key_match' + n)(path, path)}" for n in ("", "2", "3", "4", "5")]
print("python", *rows)
E
cat >ask.js <<'E'
const { Util } = require("casbin");
const path = "/a+b/c";
console.log(["node", ...["", "2", "3", "4", "5"].map((n) => `keyMatch${n} ${Util["keyMatch" + n + "Func"](path, path)}`)].join(" "));
E
node ask.js >>seen
cat seen
diff - seen <<'E'
python keyMatch True keyMatch2 False keyMatch3 False keyMatch4 False keyMatch5 False
node keyMatch true keyMatch2 false keyMatch3 false keyMatch4 false keyMatch5 false
E
