// The official client for TypeScript: prints the tools it sees, and what became of its calls.
import { pathToFileURL } from "node:url";
const from = (path) => import(pathToFileURL(`${process.env.FENCEKIT_SDK}/dist/esm/client/${path}.js`));
const { Client } = await from("index");
const { StdioClientTransport } = await from("stdio");
const [command, calls, cwd] = [JSON.parse(process.argv[2]), JSON.parse(process.argv[3]), process.argv[4]];
const client = new Client({ name: "typescript", version: "1" });
const [first, ...args] = command;
await client.connect(new StdioClientTransport({ command: first, args, cwd, env: process.env, stderr: "ignore" }));
const listed = (await client.listTools()).tools.map((tool) => tool.name);
const results = [];
for (const [name, given] of calls) {
  const result = await client.callTool({ name, arguments: given });
  results.push([Boolean(result.isError), result.content?.[0]?.text ?? ""]);
}
await client.close();
console.log(JSON.stringify([listed, results]));
