import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeFixture } from "./fixture.js";
import { kinds } from "./kinds/index.js";
import { SEED, fuzz } from "./watch.js";

const USAGE = `npm run fuzz -- [kind …] [--count 1000] [--seed ${SEED}] [--only 17]
  kinds: ${kinds.types.join(", ")}; all by default
  --count inputs a kind, --seed what they are drawn from, --only the number of one of them, with what is said on the way`;

const { values, chosen } = asked();
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

/** What the command line asks for. A wrong one ends with how it is used. */
function asked() {
  try {
    const number = { type: "string" } as const;
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { count: { ...number, default: "1000" }, seed: { ...number, default: String(SEED) }, only: number, help: { type: "boolean" } },
    });
    if (values.help !== true) {
      for (const name of ["count", "seed", "only"] as const)
        if (!/^\d+$/.test(values[name] ?? "0")) throw new Error(`--${name} ${values[name] ?? ""}: expected a whole number`);
      return { values, chosen: positionals.length === 0 ? kinds.all : positionals.map((name) => kinds.get(name)) };
    }
    process.stdout.write(`${USAGE}\n`);
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n${USAGE}\n`);
    process.exitCode = 1;
  }
  process.exit();
}
