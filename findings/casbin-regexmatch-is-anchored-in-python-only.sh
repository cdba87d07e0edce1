#!/usr/bin/env bash
# Packages: casbin 1.43.0 (PyPI) and casbin 5.51.1 (npm), the same policy engine in two languages.
# Behaviour: the built-in matcher `regexMatch` anchors the pattern at the start of the text in the
#   Python package (`re.match`) and nowhere in the Node package (`RegExp.test`). One model and one
#   policy file, `p, agent, status`, therefore give the request `git status` two answers.
# Consequence: a model that moves between the two needs `.*` before each pattern, or `^`.
# Output seen:
#   python casbin 1.43.0: git status -> False, status -> True
#   node casbin 5.51.1: git status -> true, status -> true
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT; cd "$here"
python3 -m venv v && v/bin/pip -q install casbin==1.43.0
npm init -y >/dev/null && npm install --silent --no-fund --no-audit casbin@5.51.1
cat >model.conf <<'E'
[request_definition]
r = sub, act
[policy_definition]
p = sub, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && regexMatch(r.act, p.act)
E
echo 'p, agent, status' >policy.csv
v/bin/python - >seen <<'E'
import casbin
from importlib.metadata import version
ask = casbin.Enforcer("model.conf", "policy.csv").enforce
print(f"python casbin {version('casbin')}: git status -> {ask('agent', 'git status')}, status -> {ask('agent', 'status')}")
E
cat >ask.js <<'E'
const { newEnforcer } = require("casbin");
const version = require("casbin/package.json").version;
newEnforcer("model.conf", "policy.csv").then(async (e) =>
  console.log(`node casbin ${version}: git status -> ${await e.enforce("agent", "git status")}, status -> ${await e.enforce("agent", "status")}`));
E
node ask.js >>seen
cat seen
diff - seen <<'E'
python casbin 1.43.0: git status -> False, status -> True
node casbin 5.51.1: git status -> true, status -> true
E
