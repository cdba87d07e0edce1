// Runs interpreter_laws.py in pyodide: node interpreter_laws.mjs PYODIDE ROOT SHARE [CERTIFICATES]
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [pyodide, root, share, certificates] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(pyodide, "pyodide.mjs")));
const python = await loadPyodide();
python.mountNodeFS("/root", root);
if (certificates) {
  python.FS.writeFile("/certificates.json", (await import("node:fs")).readFileSync(certificates));
}
python.globals.set("share", Number(share));
python.globals.set("certificates", certificates ? "/certificates.json" : "");
console.log(
  python.runPython(`
import sys
sys.dont_write_bytecode = True
sys.path[:0] = ["/root", "/root/tests"]
import json
from prove.interpreter_laws import answer
json.dumps(answer(share, certificates))
`),
);
