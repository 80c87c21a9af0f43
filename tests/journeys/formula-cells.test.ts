import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { last, lathe } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** Two classes that a spreadsheet would work out, of which one needs quotes of its own too, and two that are numbers. */
const classes = ['=HYPERLINK("http://127.0.0.1","a")', "@sum", "-1.5", "+7"] as const;
const quotes = (cell: string) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

let folder: string;
let model: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lathe-formulas-"));
  // The letter tells the class, so that each is predicted.
  const rows = Array.from({ length: 200 }, (_, i) => [-i, "pqrs"[i % 4], quotes(classes[i % 4]!)]);
  writeFileSync(file("table.csv"), ["a,b,kind", ...rows].join("\n"));
  writeFileSync(file("new.csv"), ["a,b", ...rows.slice(0, 8).map(([a, b]) => [a, b])].join("\n"));
  model = file("project");
  for (const args of [
    ["new", model, "--data", file("table.csv"), "--target", "kind"],
    ["train", model, "--epochs", "20"],
  ]) {
    const { code, stderr } = await lathe(...args);
    expect(code, stderr).toBe(0);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Cells by line, RFC 4180. */
function cellsOf(path: string): string[][] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ""));
}
const risky = (cell: string) => cell === classes[0] || cell === classes[1];

describe("answers with classes that a spreadsheet would work out", () => {
  it("are exact by default, for programs, and it is told how many there are and what to do", async () => {
    const { code, stdout, stderr } = await lathe("predict", model, file("new.csv"), "--out", file("exact.csv"));
    expect(code, stderr).toBe(0);
    const cells = cellsOf(file("exact.csv"));
    expect(cells.slice(1).map(([, kind]) => kind)).toEqual([...classes, ...classes]);
    expect(`${stdout}${stderr}`).toContain(
      `4 cells that a spreadsheet would take for formulas, written as they are; with --spreadsheet each gets an apostrophe in front`,
    );
  });

  it("have an apostrophe in front with --spreadsheet, and numbers none; that is told too", async () => {
    const { code, stderr } = await lathe("predict", model, file("new.csv"), "--out", file("sheet.csv"), "--spreadsheet");
    expect(code, stderr).toBe(0);
    const [exact, sheet] = [cellsOf(file("exact.csv")), cellsOf(file("sheet.csv"))];
    expect(sheet).toEqual(exact.map((line) => line.map((cell) => (risky(cell) ? `'${cell}` : cell))));
    const { events } = await lathe("predict", model, file("new.csv"), "--out", file("sheet.csv"), "--spreadsheet", "--json");
    expect(last(events, "prediction")["formulas"]).toEqual({ cells: 4, quoted: true });
  });

  it("say nothing of formulas where there are none", async () => {
    const plain = temporaryFolder();
    writeFileSync(join(plain, "table.csv"), `a,b,y\n${Array.from({ length: 80 }, (_, i) => `${-i},${i % 3},${i % 2}`).join("\n")}\n`);
    for (const args of [
      ["new", join(plain, "p"), "--data", join(plain, "table.csv"), "--target", "y"],
      ["train", join(plain, "p"), "--epochs", "1"],
    ])
      await lathe(...args);
    const { code, stdout, stderr } = await lathe("predict", join(plain, "p"), join(plain, "table.csv"), "--out", join(plain, "out.csv"));
    expect(code, stderr).toBe(0);
    expect(`${stdout}${stderr}`).not.toMatch(/spreadsheet/);
  });
});
