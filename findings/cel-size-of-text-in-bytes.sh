#!/usr/bin/env bash
# Packages: common-expression-language 0.10.0 and cel-python 0.5.0 (PyPI), @bufbuild/cel 0.6.1 and cel-js 0.8.2 (npm).
# Behaviour: the CEL specification counts code points in `size(text)`. common-expression-language (Rust inside)
#   counts UTF-8 bytes, cel-js counts UTF-16 units; the two others follow the specification.
# Consequence: a limit such as `size(args.text) <= 4` holds for other texts in each host.
# Output seen (size of a text of 3 code points beyond the BMP):
#   common-expression-language 12
#   cel-python 3
#   @bufbuild/cel 3
#   cel-js 6
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT; cd "$here"
python3 -m venv v && v/bin/pip -q install common-expression-language==0.10.0 cel-python==0.5.0
npm init -y >/dev/null && npm install --silent --no-fund --no-audit @bufbuild/cel@0.6.1 cel-js@0.8.2
v/bin/python - >seen <<'E'
import cel, celpy
from celpy.adapter import json_to_cel
args = {"text": "\U00010000" * 3}
print("common-expression-language", cel.evaluate("size(args.text)", {"args": args}))
env = celpy.Environment()
print("cel-python", int(env.program(env.compile("size(args.text)")).evaluate(json_to_cel({"args": args}))))
E
cat >ask.mjs <<'E'
import { run } from "@bufbuild/cel";
import { evaluate } from "cel-js";
const args = { text: "\u{10000}".repeat(3) };
console.log("@bufbuild/cel", String(run("size(args.text)", { args })));
console.log("cel-js", String(evaluate("size(args.text)", { args })));
E
node ask.mjs >>seen
cat seen
diff - seen <<'E'
common-expression-language 12
cel-python 3
@bufbuild/cel 3
cel-js 6
E
