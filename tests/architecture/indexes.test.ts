import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../src-main/base/entries.js";
import knip from "../../knip.json" with { type: "json" };
import { sourceFiles } from "./source-files.js";

// What nobody lists is a feature that nobody has: an index names every definition of its folder, and every file is imported by another.

interface Index {
  readonly folder: string;
  readonly index: string;
  /** What a definition looks like; its group is its name. */
  readonly defines: RegExp;
}

const indexes: readonly Index[] = [
  { folder: "src-main/features", index: "src-main/features/index.ts", defines: /^export const (\w+): (?:Input|Target)Definition</gm },
  { folder: "src-main/features", index: "src-main/features/fitted.ts", defines: /^export const (\w+): (?:Input|Target)Definition</gm },
  { folder: "src-main/metrics", index: "src-main/metrics/index.ts", defines: /^export const (\w+): (?:Metric|Curve)Definition = /gm },
  { folder: "src-main/exporters", index: "src-main/exporters/index.ts", defines: /^export const (\w+): Exporter = /gm },
  {
    folder: "src-main/services/templates",
    index: "src-main/services/templates/index.ts",
    defines: /^export const (\w+): (?:readonly )?Template(?:\[\])? = /gm,
  },
  {
    folder: "src-main/services/templates/networks",
    index: "src-main/services/templates/networks/index.ts",
    defines: /^export const (\w+)(?:: (?:Picture|Series)Network = | = recurrentNetwork\()/gm,
  },
  { folder: "src-main/cli/commands", index: "src-main/cli/program.ts", defines: /^export function (configure[A-Z]\w*)\(command: Command\)/gm },
  { folder: "src-main/procedures", index: "src-main/procedures/index.ts", defines: /^export function (\w+(?:Procedures|Stream))\(/gm },
  { folder: "src-renderer/texts", index: "src-renderer/texts/index.ts", defines: /^export const (\w+Texts|common) = /gm },
];

describe.each(indexes)("$index", ({ folder, index, defines }) => {
  const texts = new Map(sourceFiles(folder).map(({ path }) => [path, readFileSync(join(packageRoot, path), "utf8")]));
  const text = texts.get(index) ?? readFileSync(join(packageRoot, index), "utf8");
  // An import alone lists nothing.
  const listed = new Set(text.replaceAll(/^import [^;]*;$/gm, "").match(/\w+/g));
  const defined = [...texts].flatMap(([path, code]) => (path === index ? [] : [...code.matchAll(defines)].map(([, name = ""]) => ({ path, name }))));

  test(`lists everything that ${folder} defines`, () => {
    expect(defined.filter(({ name }) => !listed.has(name)).map(({ path, name }) => `${path}: ${name} is not in ${index}`)).toEqual([]);
    expect(defined.length).toBeGreaterThan(0);
  });
});

test("the router shows every screen", () => {
  const router = readFileSync(join(packageRoot, "src-renderer/router.ts"), "utf8");
  const screens = sourceFiles("src-renderer/screens").filter(({ path }) => path.endsWith("-screen.vue"));
  expect(screens.filter(({ path }) => !router.includes(path.replace("src-renderer/", "./"))).map(({ path }) => path)).toEqual([]);
  expect(screens.length).toBeGreaterThan(0);
});

/** Two ends of a wire in one process, for tests. */
const FOR_TESTS = "src-main/rpc/transports/memory.ts";

test("every file is imported by another one, or begins a program", () => {
  const files = ["src-main", "src-renderer", "src-preload"].flatMap((side) => sourceFiles(side));
  const reached = new Set([FOR_TESTS, ...knip.entry, ...files.flatMap(({ imports }) => imports.map(({ to }) => to))]);
  const alone = files.filter(({ path }) => !reached.has(path) && !path.startsWith("src-main/bootstrap/"));
  expect(alone.map(({ path }) => `nothing imports ${path}`)).toEqual([]);
});
