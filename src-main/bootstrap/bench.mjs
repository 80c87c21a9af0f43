import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fail, prepare, root, run, say } from "./shared.mjs";

await prepare();
const folder = join(root, "tests", "benchmarks");
const wanted = process.argv.slice(2);
const all = readdirSync(folder).filter((name) => name.endsWith(".mjs")).sort();
const chosen = wanted.length === 0 ? all : all.filter((name) => wanted.some((word) => name.includes(word)));
if (chosen.length === 0) fail(`there is no benchmark ${wanted.join(" ")}; there are ${all.join(", ")}`, 2);
let failed = 0;
for (const name of chosen) {
  say(`\n${name.replace(/\.mjs$/, "")}`);
  const { code } = await run(process.execPath, [join(folder, name)]);
  if (code !== 0) failed++;
}
if (failed > 0) fail(`${failed} of ${chosen.length} benchmarks failed`);
