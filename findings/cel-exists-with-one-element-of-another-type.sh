#!/usr/bin/env bash
# Packages: common-expression-language 0.10.0, cel-python 0.5.0 (PyPI), @bufbuild/cel 0.6.1 and cel-js 0.8.2 (npm).
# Behaviour: in CEL `exists` is a disjunction: an error for one element is absorbed when another element is true,
#   wherever it stands. common-expression-language and cel-js stop at the error when it comes first; with the
#   same elements in the other order they answer true.
# Consequence: whether a rule over a list of arguments can be evaluated depends on the order of the list.
# Output seen (["a", 1] and [1, "a"] with `l.exists(x, x > 0)`):
#   common-expression-language TypeError True
#   cel-python True True
#   @bufbuild/cel true true
#   cel-js CelTypeError true
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT; cd "$here"
python3 -m venv v && v/bin/pip -q install common-expression-language==0.10.0 cel-python==0.5.0
npm init -y >/dev/null && npm install --silent --no-fund --no-audit @bufbuild/cel@0.6.1 cel-js@0.8.2
v/bin/python - >seen <<'E'
import cel, celpy
from celpy.adapter import json_to_cel
text, lists = "l.exists(x, x > 0)", (["a", 1], [1, "a"])
env = celpy.Environment()
def answer(ask):
    try:
        return str(bool(ask()))
    except Exception as error:
        return type(error).__name__
print("common-expression-language", *[answer(lambda: cel.evaluate(text, {"l": each})) for each in lists])
print("cel-python", *[answer(lambda: env.program(env.compile(text)).evaluate(json_to_cel({"l": each}))) for each in lists])
E
cat >ask.mjs <<'E'
import { run } from "@bufbuild/cel";
import { evaluate } from "cel-js";
const text = "l.exists(x, x > 0)", lists = [["a", 1], [1, "a"]];
const answer = (ask) => { try { return String(ask()); } catch (error) { return error.name; } };
console.log("@bufbuild/cel", ...lists.map((l) => answer(() => run(text, { l }))));
console.log("cel-js", ...lists.map((l) => answer(() => evaluate(text, { l }))));
E
node ask.mjs >>seen
cat seen
diff - seen <<'E'
common-expression-language TypeError True
cel-python True True
@bufbuild/cel true true
cel-js CelTypeError true
E
