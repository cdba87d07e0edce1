#!/usr/bin/env bash
# Packages: cel-python 0.5.0, common-expression-language 0.10.0 (PyPI), @bufbuild/cel 0.6.1 (npm).
# Behaviour: the CEL specification compares numbers of different types by value. cel-python compares them for
#   `<` with a float on the left, but raises "no such overload" for `==`, for `in` and for `<` with an int on
#   the left. JSON writes the same amount as 1 or as 1.0, so whether a rule can be evaluated depends on how the
#   sender spelt the number. The two others answer true each time.
# Output seen:
#   cel-python ==: 1 True, 1.0 CELEvalError
#   cel-python < 2.0: 1 CELEvalError, 1.0 True
#   cel-python < 2: 1 True, 1.0 True
#   cel-python in [1, 2]: 1 True, 1.0 CELEvalError
#   common-expression-language: [True, True, True, True, True, True, True, True]
#   @bufbuild/cel: true,true,true,true
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT; cd "$here"
python3 -m venv v && v/bin/pip -q install common-expression-language==0.10.0 cel-python==0.5.0
npm init -y >/dev/null && npm install --silent --no-fund --no-audit @bufbuild/cel@0.6.1
v/bin/python - >seen <<'E'
import json, cel, celpy
from celpy.adapter import json_to_cel
asked = {"==": "n == 1", "< 2.0": "n < 2.0", "< 2": "n < 2", "in [1, 2]": "n in [1, 2]"}
env = celpy.Environment()
def answer(text, n):
    try:
        return str(bool(env.program(env.compile(text)).evaluate({"n": json_to_cel(json.loads(n))})))
    except celpy.CELEvalError as error:
        return type(error).__name__
for name, text in asked.items():
    print(f"cel-python {name}: 1 {answer(text, '1')}, 1.0 {answer(text, '1.0')}")
print("common-expression-language:", [cel.evaluate(t, {"n": json.loads(n)}) for t in asked.values() for n in ("1", "1.0")])
E
cat >ask.mjs <<'E'
import { run } from "@bufbuild/cel";
console.log("@bufbuild/cel: " + ["n == 1", "n < 2.0", "n < 2", "n in [1, 2]"].map((t) => run(t, JSON.parse('{"n": 1.0}'))));
E
node ask.mjs >>seen
cat seen
diff - seen <<'E'
cel-python ==: 1 True, 1.0 CELEvalError
cel-python < 2.0: 1 CELEvalError, 1.0 True
cel-python < 2: 1 True, 1.0 True
cel-python in [1, 2]: 1 True, 1.0 CELEvalError
common-expression-language: [True, True, True, True, True, True, True, True]
@bufbuild/cel: true,true,true,true
E
