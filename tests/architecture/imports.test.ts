import { describe, expect, test } from "vitest";
import { type Import, type SourceFile, sourceFiles } from "./source-files.js";
import walls from "./walls.json" with { type: "json" };

// walls.json says which folder may import which. `base` may be imported by all and imports nothing; hosts import what they serve.

type Side = "src-main" | "src-renderer" | "src-preload";
const sides: readonly Side[] = ["src-main", "src-renderer", "src-preload"];
const files = sides.flatMap((side) => sourceFiles(side));

describe("folders import only what the table of walls allows", () => {
  test.each(sides)("%s", (side) => {
    const own = files.filter((file) => file.path.startsWith(`${side}/`));
    expect(own.flatMap((file) => file.imports.flatMap((i) => crossing(side, file, i)))).toEqual([]);
  });

  test("every folder stands in the table", () => {
    const unknown = files.filter((file) => !(roomOf(file.path) in walls[sideOf(file.path)])).map((file) => file.path);
    expect(unknown, "add the folder to tests/architecture/walls.json").toEqual([]);
  });

  test("the table holds no folder that is not there", () => {
    const rooms = new Set(files.map(({ path }) => `${sideOf(path)}/${roomOf(path)}`));
    const named = sides.flatMap((side) =>
      Object.entries(walls[side]).flatMap(([folder, allowed]) => [folder, ...allowed].map((name) => (name.startsWith("src-") ? name : `${side}/${name}`))),
    );
    const behind = Object.values(walls.packages).flat();
    const typesOnly = Object.entries(walls.typesOnly).flatMap(([folder, allowed]) => [folder, ...allowed].map((name) => `src-main/${name}`));
    expect([...named, ...typesOnly].filter((room) => !rooms.has(room))).toEqual([]);
    expect(behind.filter((folder) => !files.some(({ path }) => path.startsWith(`${folder}/`)))).toEqual([]);
  });
});

test("a package with a wall of its own is imported only behind it", () => {
  const behind = new Map<string, readonly string[]>(Object.entries(walls.packages));
  const found = files.flatMap((file) =>
    file.imports.flatMap((i) => {
      const allowed = i.isPackage ? behind.get(i.to) : undefined;
      if (!allowed || allowed.some((folder) => file.path.startsWith(`${folder}/`))) return [];
      return [`${file.path}:${i.line} imports ${i.to}; only ${allowed.join(" and ")} may`];
    }),
  );
  expect(found).toEqual([]);
});

test("screens never import one another", () => {
  const found = files.flatMap((file) => {
    const screen = /^src-renderer\/screens\/([^/]+)\//.exec(file.path)?.[1];
    if (screen === undefined) return [];
    return file.imports
      .filter((i) => i.to.startsWith("src-renderer/screens/") && !i.to.startsWith(`src-renderer/screens/${screen}/`))
      .map((i) => `${file.path}:${i.line} imports ${i.to}; move what both need to components or composables`);
  });
  expect(found).toEqual([]);
});

test("ops never import one another", () => {
  const shared = ["op.ts", "rules.ts", "index.ts"];
  const isOp = (path: string) => /^src-main\/ops\/[^/]+\.ts$/.test(path) && !shared.some((name) => path.endsWith(`/${name}`)) && definesOp(path);
  const definesOp = (path: string) => files.find((file) => file.path === path)?.imports.some((i) => i.to === "src-main/ops/op.ts" && !i.typeOnly) ?? false;
  const found = files
    .filter((file) => isOp(file.path))
    .flatMap((file) => file.imports.filter((i) => isOp(i.to)).map((i) => `${file.path}:${i.line} imports the op ${i.to}; what both need belongs in rules.ts`));
  expect(found).toEqual([]);
});

test("what runs in a browser reaches no Node module", () => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found: string[] = [];
  const seen = new Set<string>();
  const follow = (path: string, way: readonly string[]) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const i of byPath.get(path)?.imports ?? []) {
      if (i.typeOnly) continue;
      if (i.to.startsWith("node:")) found.push(`${[...way, path].join(" > ")} imports ${i.to}`);
      else if (!i.isPackage) follow(i.to, [...way, path]);
    }
  };
  for (const file of files) if (file.path.startsWith("src-renderer/")) follow(file.path, []);
  expect(found).toEqual([]);
});

test("no file imports itself by way of others, not even for types", () => {
  const graph = new Map(files.map((file) => [file.path, file.imports.filter((i) => !i.isPackage).map((i) => i.to)]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, way: readonly string[]) => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(" > "));
    if (way.includes(path) || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  expect(found).toEqual([]);
});

function crossing(side: Side, file: SourceFile, i: Import): readonly string[] {
  if (i.isPackage) return [];
  const from = roomOf(file.path);
  const table: Readonly<Record<string, readonly string[]>> = walls[side];
  const allowed = table[from] ?? [];
  const to = sideOf(i.to) === side ? roomOf(i.to) : `${sideOf(i.to)}/${roomOf(i.to)}`;
  if (to === from) return [];
  const here = `${file.path}:${i.line}`;
  const typesOnly = new Map<string, readonly string[]>(Object.entries(walls.typesOnly)).get(from)?.includes(to) ?? false;
  if (typesOnly && !i.typeOnly) return [`${here} imports ${i.to}; ${from} may import only types from ${to}`];
  return allowed.includes(to) ? [] : [`${here} imports ${i.to}; ${side}/${from} may import ${allowed.length === 0 ? "nothing" : allowed.join(", ")}`];
}

function sideOf(path: string): Side {
  const side = sides.find((name) => path.startsWith(`${name}/`));
  if (!side) throw new Error(`${path} is imported from the sources but lies outside them`);
  return side;
}

/** `src-main/ops/mul.ts` is in `ops`; a file directly in the side's folder is in ``. */
function roomOf(path: string): string {
  const parts = path.split("/");
  return parts.length > 2 ? (parts[1] ?? "") : "";
}
