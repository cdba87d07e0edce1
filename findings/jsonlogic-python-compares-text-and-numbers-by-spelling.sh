#!/usr/bin/env bash
# Packages: json-logic-qubit 0.9.1 (PyPI) and json-logic-js 2.0.5 (npm, the reference implementation).
# Behaviour: the format says that rules give one answer in every language. `==` between a text and a number
#   compares spellings in Python (`"1.0" == 1` is false) and values in JavaScript (true); an order with a
#   missing value is false in Python and true in JavaScript (null counts as 0); the remainder of a negative
#   number has the sign of the divisor in Python and of the dividend in JavaScript.
# Consequence: rules on amounts that arrive as text, or that may be missing, are no shared policy.
# Output seen:
#   python [false, false, 1]
#   node [true,true,-2]
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT; cd "$here"
python3 -m venv v && v/bin/pip -q install json-logic-qubit==0.9.1
npm init -y >/dev/null && npm install --silent --no-fund --no-audit json-logic-js@2.0.5
cat >rules.json <<'E'
[{"==": [{"var": "amount"}, 1]}, {"<": [{"var": "limit"}, 1]}, {"%": [-5, 3]}]
E
v/bin/python -W ignore - >seen <<'E'
import json
from json_logic import jsonLogic
print("python", json.dumps([jsonLogic(rule, {"amount": "1.0"}) for rule in json.load(open("rules.json"))]))
E
cat >ask.js <<'E'
const logic = require("json-logic-js");
console.log("node", JSON.stringify(require("./rules.json").map((rule) => logic.apply(rule, { amount: "1.0" }))));
E
node ask.js >>seen
cat seen
diff - seen <<'E'
python [false, false, 1]
node [true,true,-2]
E
