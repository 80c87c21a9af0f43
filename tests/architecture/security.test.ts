import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { MOST_NESTED } from "../../src-main/base/nesting.js";
import { MOST_DOCUMENT, MOST_LAYERS, MOST_NAME } from "../../src-main/base/limits.js";

const root = resolve(import.meta.dirname, "../..");
const text = readFileSync(join(root, "SECURITY.md"), "utf8");

it("SECURITY.md names tests and commands that there are", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
  const names = [...text.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name ?? "");
  let folder = "";
  const missing = names.filter((name) => {
    if (name.startsWith("npm run ")) return !(name.slice(8) in scripts);
    if (!/^(tests|src-main)\/|\.test\.ts$/.test(name)) return false;
    // A bare name stands beside the one before it.
    const path = name.includes("/") ? name : `${folder}/${name}`;
    folder = path.slice(0, path.lastIndexOf("/"));
    return !existsSync(join(root, path));
  });
  expect(missing).toEqual([]);
});

it("SECURITY.md states the bounds that hold", () => {
  expect(text).toContain(
    `names of ${MOST_NAME} letters, networks of ${MOST_LAYERS.toLocaleString("en")} layers, documents of ${MOST_DOCUMENT >> 20} MB and ${MOST_NESTED} levels`,
  );
});
