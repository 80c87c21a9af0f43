import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bundle } from "../../../src-main/bootstrap/bundle.mjs";

const folder = mkdtempSync(join(tmpdir(), "lathe-wat-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Builds a program that imports a module of that text, and runs what it exports. */
async function built(text: string): Promise<unknown> {
  writeFileSync(join(folder, "one.wat"), text);
  writeFileSync(join(folder, "one.ts"), `export { default as code } from "./one.wat";`);
  await bundle(folder, ["one"], join(folder, "out"));
  const { code } = (await import(/* @vite-ignore */ `${join(folder, "out", "one.js")}?${text.length}`)) as { code: unknown };
  return code;
}

test("a built program holds the assembled module", async () => {
  expect([...((await built("(module)")) as Uint8Array)]).toEqual([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
});

test("a mistake fails the build, with its file and line", async () => {
  await expect(built("(module\n  (func (result i32) (f32.const 1)))")).rejects.toThrow(/one\.wat:2:[\s\S]*type mismatch/);
  await expect(built("(module\n  (func (i33.const 1)))")).rejects.toThrow(/one\.wat:2:[\s\S]*i33\.const/);
});
