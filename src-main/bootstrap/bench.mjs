import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "./bundle.mjs";
import { findChromium } from "./chromium.mjs";
import { during, fail, prepare, root, run, say } from "./shared.mjs";

await prepare();
const folder = join(root, "tests", "benchmarks");
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".ts"))
  .sort();
// A benchmark is a file that no other one imports; the rest is what they share.
const shared = files.flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(/from "\.\/(.+)\.js"/g)].map((match) => `${match[1]}.ts`));
const all = files.filter((name) => !shared.includes(name)).map((name) => name.replace(/\.ts$/, ""));
const wanted = process.argv.slice(2);
const names = (word) => all.some((name) => name.includes(word));
// What names none is for the benchmark: `bench profile-step cnn 32 2`.
const given = wanted.filter((word) => !names(word));
// A profile is for a look, not for a comparison; a big folder takes minutes, and measured memory is of nothing but itself.
const onRequest = ["profile-step", "big-folder", "step-memory", "thread-gain", "window-memory"];
const chosen = wanted.length === 0 ? all.filter((name) => !onRequest.includes(name)) : all.filter((name) => wanted.some((word) => name.includes(word)));
if (chosen.length === 0) fail(`there is no benchmark ${wanted.join(" ")}; there are ${all.join(", ")}`, 2);

const out = join(root, "out", "benchmarks");
await during("Building benchmarks …", () => bundle(folder, chosen, out));
let failed = 0;
for (const name of chosen) {
  say(`\n${name}`);
  const chromium = name === "studio" ? await findChromium() : undefined;
  if (chromium?.reason) {
    say(`skipped: ${chromium.reason}`);
    continue;
  }
  const { code } = await run(process.execPath, ["--expose-gc", join(out, `${name}.js`), ...given], { env: chromium && { LATHE_CHROMIUM: chromium.path } });
  if (code !== 0) failed++;
}
if (failed > 0) fail(`${failed} of ${chosen.length} benchmarks failed`);
