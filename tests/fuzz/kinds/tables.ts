import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Random } from "../../../src-main/base/random.js";
import { auditProject } from "../../../src-main/training/inspect-project.js";
import { columns, madeRows, toCsv } from "../../support/judged-project.js";
import { compile, writeParquet } from "../../support/tables.js";
import { prepareData } from "../../../src-main/datasets/index.js";
import { parseProject } from "../../../src-main/contract/project.js";
import type { Kind } from "../kind.js";
import { TEXTS, mutateBytes, mutateJson, mutateJsonLines, pick, several } from "../mutate.js";
import { openStudio } from "../studio.js";
import { atWork } from "../work.js";

const rows = madeRows(40, "fuzz");
const csv = toCsv(rows);
const records = rows.map((row) => Object.fromEntries(columns.map((name, k) => [name, /^-?[\d.]+$/.test(row[k] ?? "") ? Number(row[k]) : row[k]])));

/** A cell, a row, a delimiter, a quote: what CSV is made of. */
const csvWays: readonly ((text: string, random: Random) => string)[] = [
  (text, random) => cell(text, random, () => pick(random, TEXTS)),
  (text, random) =>
    cell(text, random, () =>
      pick(random, ["NaN", "-0", "1e999", "1e21", "9007199254740993", "-1", "0x10", "1,5", "1_000", "inf", "１２", "2024-02-30", "true"]),
    ),
  (text, random) => cell(text, random, (old) => `"${old}`),
  (text, random) => cell(text, random, (old) => `${old}${pick(random, ['"', ",", ",,,", ";", "\r", "\n", "\0"])}`),
  (text, random) => text.replaceAll(",", pick(random, [";", "\t", "|", ",,", "\0"])),
  (text, random) => text.replaceAll("\n", pick(random, ["\r\n", "\r", "\n\n", "\u2028", ""])),
  (text, random) =>
    lines(text, random, (all, at) => [...all.slice(0, at), ...Array.from({ length: pick(random, [1, 50]) }, () => all[at] ?? ""), ...all.slice(at)]),
  (text, random) => lines(text, random, (all, at) => all.filter((_, i) => i !== at)),
  // A header that is no header, or has a name twice.
  (text, random) =>
    lines(text, random, (all) => [
      pick(random, [
        all[1] ?? "",
        columns.map(() => "size").join(","),
        columns.map(() => "").join(","),
        TEXTS.map((t) => `"${t.replaceAll('"', '""')}"`)
          .slice(0, columns.length)
          .join(","),
      ]),
      ...all.slice(1),
    ]),
  (text, random) =>
    lines(text, random, (all, at) => all.map((line, i) => (i === at ? pick(random, ["x".repeat(100_000), ",".repeat(3000), '"'.repeat(999)]) : line))),
  (_text, random) => pick(random, ["", "\n", "\ufeff", ",", "sep=;\n", "size", "size\n", "size,weight\n1,2", '"', "'a','b'\n'1','2'\n"]),
];

function lines(text: string, random: Random, change: (all: readonly string[], at: number) => readonly string[]): string {
  const all = text.split("\n");
  return change(all, random.below(all.length)).join("\n");
}

function cell(text: string, random: Random, change: (old: string) => string): string {
  return lines(text, random, (all, at) =>
    all.map((line, i) => {
      if (i !== at) return line;
      const cells = line.split(",");
      const k = random.below(cells.length);
      return cells.map((old, j) => (j === k ? change(old) : old)).join(",");
    }),
  );
}

function utf16(text: string): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
}

/** Delimited text, Parquet and JSON, also gzipped. */
export const tables: Kind = {
  name: "tables",
  quick: 25,
  bound: 60,
  memory: 1500,
  async open(place) {
    const studio = openStudio(place);
    const project = place.table;
    const document = JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { data: { source: object } };
    const parquet = readFileSync(await writeParquet(place.root, "base.parquet", `SELECT * FROM read_csv('${join(project, "table.csv")}') LIMIT 40`));
    const text = (random: Random) => (random.below(5) === 0 ? mutateBytes(random, Buffer.from(csv)) : Buffer.from(several(random, csv, csvWays)));
    const json = JSON.stringify(records);
    const makers: readonly (readonly [ending: string, make: (random: Random) => Buffer])[] = [
      ["csv", text],
      ["csv", text],
      ["csv", (random) => utf16(several(random, csv, csvWays))],
      ["csv", (random) => mutateBytes(random, utf16(csv))],
      ["tsv", text],
      ["csv.gz", (random) => gzipSync(text(random))],
      ["csv.gz", (random) => mutateBytes(random, gzipSync(csv))],
      ["parquet", (random) => mutateBytes(random, parquet)],
      ["parquet", text],
      ["json", (random) => mutateJson(random, records)],
      ["json", (random) => mutateBytes(random, Buffer.from(json))],
      ["jsonl", (random) => mutateJsonLines(random, records.map((record) => `${JSON.stringify(record)}\n`).join(""))],
      ["json.gz", (random) => gzipSync(mutateJson(random, records))],
    ];
    return {
      async feed(random, judge) {
        const [ending, make] = pick(random, makers);
        const folder = mkdtempSync(join(place.root, "table-"));
        mkdirSync(join(folder, "p"));
        const path = join(folder, "p", `t.${ending}`);
        writeFileSync(path, make(random));
        const source = {
          type: "table",
          path: `t.${ending}`,
          ...(random.below(8) === 0 ? { encoding: pick(random, ["utf-16", "latin-1", "shift_jis", "utf-8"]) } : {}),
          ...(random.below(8) === 0 ? { delimiter: pick(random, [";", "\t", "\0"]) } : {}),
        };
        const saved = { ...document, data: { ...document.data, source } };
        writeFileSync(join(folder, "p", "project.json"), JSON.stringify(saved));
        judge.note(`${ending} of ${readFileSync(path).length} bytes, ${path}`);
        const asked = join(folder, "p");
        await judge.ask("columns", () => studio.follow("columns", { project: asked }));
        const column = pick(random, [...columns, "__proto__"]);
        await judge.ask("rows", () =>
          studio.ask.data.rows({
            project: asked,
            offset: 0,
            limit: 100,
            filters: pick(random, [[], [{ kind: "text" as const, text: "e" }], [{ kind: "missing" as const, column }], [{ kind: "duplicates" as const }]]),
            sort: { column },
          }),
        );
        if (random.below(3) === 0) await judge.ask("propose", () => studio.ask.projects.propose({ data: path }));
        if (random.below(3) === 0) await judge.ask("audit", () => atWork((setting) => auditProject({ project: asked }, setting)));
        if (random.below(3) === 0) {
          await judge.ask("prepare", async () => {
            const { data, seed } = parseProject(saved, "project.json");
            return prepareData({ folder: asked, data, seed, cacheFolder: join(folder, "cache"), compile });
          });
        }
        rmSync(folder, { recursive: true, force: true });
      },
      async close() {
        await studio.close();
      },
    };
  },
};
