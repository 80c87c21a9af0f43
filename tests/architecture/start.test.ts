import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src-main/base/entries.js";

// A program reads and builds at its start what it imports, which takes longer than most commands do: each loads what it needs and no more. What is walked is
// what was built.

const built = join(packageRoot, "out", "main");

/** Folders of sources, as the bundler notes them in front of each, and packages outside of the bundle, that a program loads at its start. */
function loaded(entry: string): readonly string[] {
  const files = new Set([join(built, entry)]);
  const found = new Set<string>();
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    // The bundler writes a line for each import.
    for (const [, to = ""] of text.matchAll(/^(?:im|ex)port [^"]*"([^"]+)";$/gm)) {
      if (to.startsWith(".")) files.add(join(dirname(file), to));
      else if (!to.startsWith("node:")) found.add(to);
    }
    for (const [, source = ""] of text.matchAll(/^\/\/ (?:\.\.\/)*((?:src-main|node_modules)\/\S+)$/gm)) found.add(source.split("/").slice(0, 2).join("/"));
  }
  return [...found].sort();
}

/** The file that a command is done by. */
function fileOf(command: string): string {
  const [, file] = new RegExp(String.raw`name: "${command}",[^}]*import\("\./([^"]+)"\)`).exec(readFileSync(join(built, "cli.js"), "utf8")) ?? [];
  if (file === undefined) throw new Error(`cli.js loads nothing for ${command}`);
  return file;
}

test("lathe --help loads the list of commands, and none of them", () => {
  expect(loaded("cli.js")).toEqual(["node_modules/commander", "src-main/base", "src-main/cli"]);
});

test("lathe runs loads no files of networks, no engine, no server, and nothing that reads data", () => {
  const parts = loaded(fileOf("runs"));
  expect(parts).toEqual(expect.arrayContaining(["src-main/services", "src-main/contract"]));
  expect(
    parts.filter((part) => /protobufjs|\/ws$|duckdb|sharp|onnx|engines|autodiff|ops|rewrites|importers|pretrained|datasets|server|procedures|rpc/.test(part)),
  ).toEqual([]);
});

test.each(["engine.js", "reader.js", "electron.js"])("%s starts without what decodes pictures: most processes see none", (entry) => {
  const parts = loaded(entry);
  expect(parts).toContain("src-main/training");
  expect(parts).not.toContain("sharp");
});
