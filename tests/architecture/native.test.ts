import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../src-main/base/entries.js";

// A crash in native code takes neither window nor server along, because their programs hold none: they ask processes of their own. What is walked is what was
// built.

const NATIVE = /^(onnxruntime-(node|common)|@duckdb\/|sharp$|@img\/|@tensorflow\/)/;
/** TensorFlow's library is loaded by a path that no import names. Whoever does so looks for this file. */
const TENSORFLOW = "tfjs_binding.node";

const built = join(packageRoot, "out", "main");
const textOf = (file: string): string => readFileSync(join(built, file), "utf8");

interface Program {
  /** By file, from `out/main`: the way that leads to it. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Packages, with the way to the import. */
  readonly packages: readonly { readonly name: string; readonly way: readonly string[] }[];
}

/** Of a bundled package that was CommonJS, the bundler writes `__require("...")`. */
function importsOf(text: string): readonly string[] {
  const required = [...text.matchAll(/\b__require\("([^"]+)"\)/g)].map(([, name = ""]) => name);
  return [...ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName), ...required];
}

/** Everything that a built program imports, at its start or later. */
function walk(entry: string): Program {
  const files = new Map<string, readonly string[]>([[entry, [entry]]]);
  const packages: { name: string; way: readonly string[] }[] = [];
  for (const [file, way] of files) {
    for (const to of importsOf(textOf(file))) {
      if (!to.startsWith(".")) packages.push({ name: to, way });
      else {
        const next = relative(built, join(built, dirname(file), to)).replaceAll("\\", "/");
        if (!files.has(next)) files.set(next, [...way, next]);
      }
    }
  }
  return { files, packages };
}

describe.each(["electron.js", "cli.js"])("%s", (entry) => {
  const { files, packages } = walk(entry);

  test("reaches no native package", () => {
    expect(packages.filter(({ name }) => NATIVE.test(name)).map(({ name, way }) => `${way.join(" > ")} imports ${name}`)).toEqual([]);
  });

  test("looks for no library of TensorFlow's", () => {
    expect([...files].filter(([file]) => textOf(file).includes(TENSORFLOW)).map(([, way]) => way.join(" > "))).toEqual([]);
  });

  test("imports nothing whose name is made as it runs", () => {
    // Such an import could lead anywhere, and this walk would not see it.
    const found = [...files.keys()].flatMap((file) => [...textOf(file).matchAll(/\bimport\((?!["'`])[^)]*\)/g)].map(([text]) => `${file}: ${text}`));
    expect(found).toEqual([]);
  });
});

test("the walk sees what the processes behind them load", () => {
  const packagesOf = (entry: string) => new Set(walk(entry).packages.map(({ name }) => name));
  expect(packagesOf("engine.js")).toContain("onnxruntime-node");
  expect([...packagesOf("reader.js")]).toEqual(expect.arrayContaining(["@duckdb/node-bindings", "sharp"]));
  expect([...walk("engine.js").files.keys()].some((file) => textOf(file).includes(TENSORFLOW))).toBe(true);
});
