import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../../src-main/bootstrap/bundle.mjs";
import { packageRoot } from "../../src-main/base/entries.js";
import { makeFixture } from "./fixture.js";
import { kinds } from "./kinds/index.js";
import { SEED, fuzz } from "./watch.js";

// Some spoilt inputs of each kind; `npm run fuzz` feeds a thousand of each.

const folder = mkdtempSync(join(tmpdir(), "lathe-fuzz-"));
// In the repository, so that the program finds its packages.
const out = join(packageRoot, "out", `fuzz-${process.pid}`);
for (const { name, omits } of kinds.all) if (omits !== undefined) console.warn(`skipped: of ${name}, ${omits}`);
beforeAll(async () => {
  await makeFixture(join(folder, "fixture"));
  await bundle(join(packageRoot, "tests", "fuzz"), ["child"], out);
});
afterAll(() => {
  for (const path of [folder, out]) rmSync(path, { recursive: true, force: true });
});

describe(`inputs of every kind, spoilt (seed ${SEED})`, () => {
  it.each(kinds.all)(
    "$name: no crash, no hang, nothing internal, no growth",
    async (kind) => {
      const { findings } = await fuzz(kind, { seed: SEED, count: kind.quick, program: join(out, "child.js"), fixture: join(folder, "fixture") });
      expect(findings.map(({ number, what }) => `npm run fuzz -- ${kind.name} --only ${number}: ${what}`)).toEqual([]);
    },
    600_000,
  );
});
