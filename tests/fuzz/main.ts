import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeFixture } from "./fixture.js";
import { kinds } from "./kinds/index.js";
import { SEED, fuzz } from "./watch.js";

// npm run fuzz -- [kind …] [--count 1000] [--seed 13] [--only 17]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: "string", default: "1000" }, seed: { type: "string", default: String(SEED) }, only: { type: "string" } },
});
const chosen = positionals.length === 0 ? kinds.all : positionals.map((name) => kinds.get(name));
const seed = Number(values.seed);
const only = values.only === undefined ? undefined : Number(values.only);
const folder = mkdtempSync(join(tmpdir(), "lathe-fuzz-"));
const say = (text: string) => process.stdout.write(`${text}\n`);
let found = 0;
try {
  const fixture = await makeFixture(join(folder, "fixture"));
  say(`seed ${seed}`);
  for (const kind of chosen) {
    if (kind.omits !== undefined) say(`${kind.name} leaves out ${kind.omits}`);
    const { inputs, seconds, peak, slowest, findings } = await fuzz(kind, {
      seed,
      fixture,
      first: only ?? 0,
      count: only === undefined ? Number(values.count) : 1,
      program: fileURLToPath(new URL("child.js", import.meta.url)),
      onFinding: ({ number, what }) => say(`${kind.name} ${number}: ${what}`),
      ...(only === undefined ? {} : { onNote: (what: string) => say(`  ${what}`) }),
    });
    found += findings.length;
    say(
      `${kind.name}: ${inputs} inputs in ${seconds.toFixed(0)} s, the slowest ${slowest.toFixed(1)} s (bound ${kind.bound} s), ${Math.round(peak)} ` +
        `MiB at the most (bound ${kind.memory} MiB), ${findings.length} findings`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (found > 0) say(`look at one with: npm run fuzz -- <kind> --only <number> --seed ${seed}`);
process.exitCode = found === 0 ? 0 : 1;
