#!/usr/bin/env bash
# Packages: cel-js 0.8.2, @marcbachmann/cel-js 8.0.0, @bufbuild/cel 0.6.1 (npm), cel-python 0.5.0 (PyPI).
# Behaviour: in CEL the quotient of two ints is an int (5 / 2 is 2). cel-js has one kind of number and answers 2.5.
#   For a number that comes from JSON the three npm packages differ once more: JavaScript has no ints, so `n / 2`
#   with n = 5 is 2.5 in cel-js and an error in the two others.
# Output seen:
#   cel-js 5 / 2 = 2.5, n / 2 = 2.5
#   @marcbachmann/cel-js 5 / 2 = 2, n / 2 = error
#   @bufbuild/cel 5 / 2 = 2, n / 2 = error
#   cel-python 5 / 2 = 2, n / 2 = 2
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT; cd "$here"
python3 -m venv v && v/bin/pip -q install cel-python==0.5.0
npm init -y >/dev/null && npm install --silent --no-fund --no-audit @bufbuild/cel@0.6.1 cel-js@0.8.2 @marcbachmann/cel-js@8.0.0
cat >ask.mjs <<'E'
import { isCelError, run } from "@bufbuild/cel";
import { evaluate } from "cel-js";
import { evaluate as other } from "@marcbachmann/cel-js";
const n = JSON.parse("5");
const answer = (ask) => { try { const value = ask(); return isCelError(value) ? "error" : String(value); } catch { return "error"; } };
for (const [name, ask] of [["cel-js", evaluate], ["@marcbachmann/cel-js", other], ["@bufbuild/cel", run]])
  console.log(`${name} 5 / 2 = ${answer(() => ask("5 / 2", {}))}, n / 2 = ${answer(() => ask("n / 2", { n }))}`);
E
node ask.mjs >seen
v/bin/python - >>seen <<'E'
import celpy
from celpy.adapter import json_to_cel
env = celpy.Environment()
ask = lambda text: int(env.program(env.compile(text)).evaluate({"n": json_to_cel(5)}))
print(f"cel-python 5 / 2 = {ask('5 / 2')}, n / 2 = {ask('n / 2')}")
E
cat seen
diff - seen <<'E'
cel-js 5 / 2 = 2.5, n / 2 = 2.5
@marcbachmann/cel-js 5 / 2 = 2, n / 2 = error
@bufbuild/cel 5 / 2 = 2, n / 2 = error
cel-python 5 / 2 = 2, n / 2 = 2
E
