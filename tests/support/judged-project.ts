import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../src-main/base/random.js";
import { runReport } from "../../src-main/contract/report.js";
import { createRouter } from "../../src-main/procedures/index.js";
import { templates } from "../../src-main/services/templates/index.js";
import { type StudioOptions, createStudio } from "../../src-main/services/studio.js";
import { lathe } from "./lathe.js";

export const columns = ["size", "weight", "colour", "old", "good", "kind", "price", "tax"] as const;

/** Rows of a table with inputs and targets of every kind, some values missing, texts that need quotes. */
export function madeRows(count: number, seed: string): string[][] {
  const random = new Random("judged", seed);
  const text = (value: number) => String(Number(value.toFixed(2)));
  return Array.from({ length: count }, () => {
    const [size, weight, colour, old] = [100 * random.uniform(), random.uniform() - 0.5, ["red", "green", "blue, dark"][random.below(3)]!, random.below(2)];
    const price = 3 * size + 40 * old + 10 * random.uniform();
    const kind = size > 66 ? "large" : size > 33 ? '"middling"' : "small";
    return [
      random.uniform() < 0.05 ? "" : text(size),
      text(weight),
      colour,
      ["no", "yes"][old]!,
      String(size + 30 * weight + 10 * random.uniform() > 55 ? 1 : 0),
      kind,
      text(price),
      text(price / 10 + weight),
    ];
  });
}

export function toCsv(rows: readonly (readonly string[])[]): string {
  const quote = (cell: string) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [columns, ...rows].map((row) => `${row.map(quote).join(",")}\n`).join("");
}

/** A finished run of a small network with a binary, a category and a numeric target of two columns, and a studio that may look at it. */
export async function judgedProject({ ownTest = false, options = {} }: { readonly ownTest?: boolean; readonly options?: Partial<StudioOptions> } = {}) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "lathe-judged-")));
  const project = join(root, "project");
  mkdirSync(project);
  const rows = madeRows(300, "main");
  const testRows = madeRows(40, "test");
  writeFileSync(join(project, "table.csv"), toCsv(rows));
  if (ownTest) writeFileSync(join(project, "test.csv"), toCsv(testRows));
  const made = templates.get("two-output").create({
    name: "judged",
    source: { type: "table", path: "table.csv", ...(ownTest ? { test: "test.csv" } : {}) },
    inputs: [
      { name: "features", type: "numeric", columns: ["size", "weight"] },
      { name: "colour", type: "category", column: "colour" },
      { name: "old", type: "binary", column: "old" },
    ],
    targets: [
      { name: "good", type: "binary", column: "good" },
      { name: "kind", type: "category", column: "kind" },
      { name: "value", type: "numeric", columns: ["price", "tax"], normalize: "standard" },
    ],
  });
  writeFileSync(join(project, "project.json"), JSON.stringify({ ...made, training: { ...made.training, epochs: 6, threshold: 0.4 } }));
  const { code, stderr } = await lathe("train", project, "--json");
  if (code !== 0) throw new Error(stderr);
  const studio = createStudio({ allowedFolders: [root], home: join(root, "state"), ...options });
  const { procedures, streams } = createRouter(studio, { host: "server" });
  const folder = join(project, "runs", "0001");
  return {
    root,
    project,
    folder,
    studio,
    procedures,
    streams,
    rows,
    testRows,
    run: { project, run: "0001" },
    report: runReport.parse(JSON.parse(readFileSync(join(folder, "report.json"), "utf8"))),
    context: { signal: new AbortController().signal },
    async close() {
      studio.prediction.close();
      await studio.tables.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
