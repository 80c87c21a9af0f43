import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { packageRoot } from "../../src-main/base/entries.js";
import { kernels } from "../../src-main/engines/tensorflow/kernels/index.js";
import { initializers } from "../../src-main/layers/init/index.js";
import { layers } from "../../src-main/layers/index.js";
import { losses } from "../../src-main/losses/index.js";
import { ops } from "../../src-main/ops/index.js";
import { optimizers } from "../../src-main/optimizers/index.js";
import { schedules } from "../../src-main/optimizers/schedules/index.js";
import { transforms } from "../../src-main/transforms/index.js";
import { TESTS } from "../../vitest.config.js";
import { sourceFiles } from "./source-files.js";

// A file that nobody lists is a feature that nobody has: every definition is in its folder's index.

const registries = [
  { folder: "src-main/ops", contract: "op.ts", registry: ops },
  { folder: "src-main/engines/tensorflow/kernels", contract: "kernel.ts", registry: kernels },
  { folder: "src-main/layers", contract: "layer.ts", registry: layers },
  { folder: "src-main/layers/init", contract: "initializer.ts", registry: initializers },
  { folder: "src-main/losses", contract: "loss.ts", registry: losses },
  { folder: "src-main/transforms", contract: "transform.ts", registry: transforms },
  { folder: "src-main/optimizers", contract: "optimizer.ts", registry: optimizers },
  { folder: "src-main/optimizers/schedules", contract: "schedule.ts", registry: schedules },
] as const;

describe.each(registries)("$folder", ({ folder, contract, registry }) => {
  test("its index imports every file that defines something", () => {
    const files = sourceFiles(folder).filter((file) => file.path.split("/").length === folder.split("/").length + 1);
    const index = files.find((file) => file.path === `${folder}/index.ts`);
    const listed = new Set(index?.imports.map((i) => i.to));
    const defining = files.filter((file) => file.imports.some((i) => i.to === `${folder}/${contract}` && !i.typeOnly) && basename(file.path) !== "index.ts");
    expect(defining.filter((file) => !listed.has(file.path)).map((file) => `${file.path} is not listed in ${folder}/index.ts`)).toEqual([]);
    expect(defining.length).toBeGreaterThan(0);
  });

  test("it holds something, and finds it by its type", () => {
    expect(registry.all.length).toBeGreaterThan(0);
    for (const entry of registry.all) expect(registry.get(entry.type)).toBe(entry);
  });
});

test("every operator has a kernel of the engine tensorflow, in the same domain", () => {
  expect(ops.types.filter((type) => !kernels.has(type))).toEqual([]);
  expect(ops.all.filter(({ type, domain }) => kernels.get(type).domain !== domain).map(({ type }) => type)).toEqual([]);
});

describe.each([layers, losses, optimizers, schedules, initializers, transforms])("options of every $kind", ({ all }) => {
  test.each(all.map((entry) => [entry.type, entry] as const))(
    "%s: a strict object with a summary, so that a mistyped option is told",
    (type, { config, summary }) => {
      expect(config).toBeInstanceOf(z.ZodObject);
      const problems = config.safeParse({ noSuchOption: 1, type }).error?.issues.map((issue) => issue.code) ?? [];
      expect(problems).toContain("unrecognized_keys");
      expect(summary.length).toBeGreaterThan(10);
    },
  );
});

/** Where the kind of an input is asked for outside of its file. */
const ASKED = /"image"|\b(input|current|mine)(\.value)?[?!]?\.type [!=]== "/;
/** The studio's form of numbers; an input that a folder of pictures is given. A third place of a kind is a method that its file lacks. */
const ALLOWED: Readonly<Record<string, number>> = {
  "src-main/contract/data.ts": 1,
  "src-main/datasets/pictures/propose-pictures.ts": 1,
  "src-renderer/document/roles.ts": 2,
  "src-renderer/screens/data/data-edits.ts": 1,
  "src-renderer/screens/data/input-use.vue": 3,
  "src-renderer/screens/data/target-use.vue": 1,
};

test("nobody but its own file asks what kind an input is", () => {
  const found = ["src-main", "src-renderer"]
    .flatMap((folder) => sourceFiles(folder))
    .filter(({ path }) => !path.startsWith("src-main/features/"))
    .flatMap(({ path }) => {
      const lines = readFileSync(join(packageRoot, path), "utf8")
        .split("\n")
        .filter((line) => ASKED.test(line) && !line.includes('"image" in '));
      return lines.length > (ALLOWED[path] ?? 0)
        ? [`${path}: ${lines.length} lines ask for a kind of input, expected at most ${ALLOWED[path] ?? 0}; add a method to InputKind`]
        : [];
    });
  expect(found).toEqual([]);
});

/** Where the kind of a target is asked for outside of its file, by room: most judge what was predicted, or show it. None may be added. */
const TARGET_ASKED = /\b(kind|type) [!=]== "(numeric|category|binary|labels|embedding)"|case "(numeric|category|binary|labels|embedding)"/g;
const TARGETS_ALLOWED: Readonly<Record<string, number>> = {
  "src-main/contract": 2,
  "src-main/datasets": 14,
  "src-main/losses": 1,
  "src-main/services": 36,
  "src-main/training": 41,
  "src-renderer/document": 6,
  "src-renderer/figures": 1,
  "src-renderer/screens": 12,
  "src-renderer/stores": 10,
};

test("few but its own file ask what kind a target is", () => {
  const { "src-main/features": _own, ...counts } = countByRoom(TARGET_ASKED);
  expect(counts, "add a method to TargetKind; where one fewer asks, lower its number").toEqual(TARGETS_ALLOWED);
});

/** Where the type of a source is asked for, by room, also where it is opened. None may be added. */
const SOURCE_ASKED = /\btype [!=]== "(table|series|image-folder)"|case "(table|series|image-folder)"/g;
const SOURCES_ALLOWED: Readonly<Record<string, number>> = {
  "src-main/contract": 6,
  "src-main/datasets": 14,
  "src-main/services": 3,
  "src-main/training": 3,
  "src-renderer/document": 7,
  "src-renderer/screens": 11,
  "src-renderer/stores": 4,
};

test("few ask what type a source has", () => {
  expect(countByRoom(SOURCE_ASKED), "where one fewer asks, lower its number").toEqual(SOURCES_ALLOWED);
});

/** How often a pattern occurs in each room, `src-main/services` say, without those where it does not. */
function countByRoom(pattern: RegExp): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { path } of ["src-main", "src-renderer"].flatMap((folder) => sourceFiles(folder))) {
    const room = path.split("/").slice(0, 2).join("/");
    const found = readFileSync(join(packageRoot, path), "utf8").match(pattern)?.length ?? 0;
    if (found > 0) counts[room] = (counts[room] ?? 0) + found;
  }
  return counts;
}

/** What cannot be broken: a regular expression, which a comment is not, and a data URL. */
const UNBREAKABLE = /^\s*(?:\/(?![*/]).+\/[a-z]*[,;]?$|.*url\("data:)/;

test.each(["src-main", "src-renderer", "src-preload", "tests"])("no line in %s is longer than 160 columns", (folder) => {
  const found = sourceFiles(folder).flatMap(({ path }) =>
    readFileSync(join(packageRoot, path), "utf8")
      .split("\n")
      .flatMap((line, i) => (line.length > 160 && !UNBREAKABLE.test(line) ? [`${path}:${i + 1}`] : [])),
  );
  expect(found).toEqual([]);
});

test("every folder of tests is one that npm test runs, or holds what tests use", () => {
  const byVitest = /^tests\/\{(.+)\}\/\*\*\/\*\.test\.ts$/.exec(TESTS)?.[1]?.split(",") ?? [];
  const known = [...byVitest, "ui", "desktop", "benchmarks", "fixtures", "support"];
  const folders = readdirSync(join(packageRoot, "tests"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(folders.filter((name) => !known.includes(name))).toEqual([]);
  expect(byVitest).toContain("unit");
});
