import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Random } from "../../../src-main/base/random.js";
import { literal } from "../../../src-main/datasets/sources/sql.js";
import { writeParquet } from "../../support/tables.js";
import { workbook } from "../../support/workbook.js";
import { pick } from "../mutate.js";
import { type Hand, type Written, canonical, spell } from "./spell.js";
import type { Table } from "./table.js";

/** A table in a file, and what that holds by column, in the table's order. */
export interface TableFile {
  readonly path: string;
  /** How it is written, for a look at one input. */
  readonly what: string;
  readonly written: readonly (readonly Written[])[];
  /** False where the columns are called column1, column2, … */
  readonly named: boolean;
}

const ENDINGS = ["csv", "csv", "csv", "csv", "csv", "csv", "tsv", "csv.gz", "parquet", "json", "data.json", "jsonl", "json.gz", "xlsx"] as const;
const ENCODINGS = ["utf-8", "utf-8", "utf-8", "utf-8 with a mark", "utf-16le", "utf-16be", "windows-1252"] as const;

/** How a file is to be written. */
export interface Layout extends Hand {
  readonly ending: (typeof ENDINGS)[number] | "txt";
  readonly encoding: (typeof ENCODINGS)[number];
  readonly lineEnd: "\n" | "\r\n";
  readonly quote: '"' | "'";
  readonly quoteAll: boolean;
  /** What stands above the names. */
  readonly above: readonly string[];
  readonly named: boolean;
}

interface Needs {
  /** Whether names have to be there. */
  readonly named?: boolean;
  /** Whether blanks part the columns. */
  readonly plain?: boolean;
  /** Whether some differ only in case, which DuckDB cannot write to Parquet. */
  readonly alike?: boolean;
}

export function randomLayout(random: Random, needs: Needs = {}): Layout {
  const drawn = pick(random, ENDINGS);
  const ending = needs.plain === true ? "txt" : drawn === "parquet" && needs.alike === true ? "json" : drawn;
  const delimiter = ending === "tsv" ? "\t" : ending === "txt" ? " " : pick(random, [",", ",", ",", ";", ";", "\t", "|"]);
  const encoding = ending.includes("csv") || ending === "tsv" ? pick(random, ENCODINGS) : "utf-8";
  const typed = /parquet|json|xlsx/.test(ending);
  const plain = ending === "txt";
  const named = typed || needs.named === true || random.below(5) > 0;
  const above = !named || typed || plain ? [] : pick(random, [[], [], [], ["# made in lab 3"], ["# made in lab 3", "# by hand"], ["Sales"], ["Sales", ""]]);
  return {
    ending,
    delimiter,
    typed,
    plain,
    encoding: ending.endsWith("gz") && encoding !== "utf-8 with a mark" ? "utf-8" : encoding,
    decimal: !typed && !plain && (delimiter === ";" || delimiter === "\t") && random.below(2) === 0 ? "," : ".",
    letters: encoding === "windows-1252" ? "latin" : plain ? "none" : "all",
    lineEnd: pick(random, ["\n", "\n", "\r\n"]),
    quote: '"',
    quoteAll: random.below(4) === 0,
    above,
    named,
  };
}

/** Writes a table. */
export async function writeTableFile(random: Random, table: Table, layout: Layout, folder: string, stem: string): Promise<TableFile> {
  const written = table.columns.map((column) => spell(random, column, layout));
  const { ending } = layout;
  const path = join(folder, `${stem}.${ending}`);
  const names = table.columns.map(({ name }) => name);
  const rows = Array.from({ length: table.rows }, (_, row) => written.map((cells) => cells[row] ?? null));
  // The first row has every key: their order is that of the columns.
  const isLeftOut = (row: number, value: Written) => row > 0 && value === null && random.below(2) === 0;
  const objects = () =>
    rows.map((cells, row): Record<string, Written> => {
      const entries = cells.map((value, k) => [names[k] ?? "", value] as const);
      return Object.fromEntries(entries.filter(([, value]) => !isLeftOut(row, value)));
    });
  if (ending === "parquet") await writeTyped(folder, `${stem}.${ending}`, names, written);
  else if (ending === "json") writeFileSync(path, JSON.stringify(objects()));
  else if (ending === "json.gz") writeFileSync(path, gzipSync(JSON.stringify(objects())));
  else if (ending === "data.json") writeFileSync(path, JSON.stringify({ made: 2024, data: objects() }));
  else if (ending === "jsonl")
    writeFileSync(
      path,
      objects()
        .map((object) => `${JSON.stringify(object)}\n`)
        .join(""),
    );
  else if (ending === "xlsx") writeFileSync(path, workbook([names, ...rows]));
  else {
    const bytes = encoded(delimited(rows, names, layout), layout.encoding);
    writeFileSync(path, ending === "csv.gz" ? gzipSync(bytes) : bytes);
  }
  const { delimiter, decimal, encoding, above, named } = layout;
  const marks = `, "${delimiter}", decimal "${decimal}", ${encoding}, above ${JSON.stringify(above)}, ${named ? "named" : "nameless"}`;
  const what = `${ending}${layout.typed ? "" : marks}`;
  return { path, what, written, named };
}

/** The plainest file of a table: commas, points, one spelling. */
export function writeCanonical(table: Table, names: readonly string[], path: string): void {
  const columns = table.columns.map(canonical);
  const rows = Array.from({ length: table.rows }, (_, row) => columns.map((cells) => cells[row] ?? ""));
  writeFileSync(path, delimited(rows, names, { delimiter: ",", quote: '"', quoteAll: false, lineEnd: "\n", above: [], named: true }));
}

type Marks = Pick<Layout, "delimiter" | "quote" | "quoteAll" | "lineEnd" | "above" | "named">;

function delimited(rows: readonly (readonly Written[])[], names: readonly string[], { delimiter, quote, quoteAll, lineEnd, above, named }: Marks): string {
  const field = (value: Written): string => {
    const text = String(value ?? "");
    const needed = text.includes(delimiter) || text.includes(quote) || /[\r\n]/.test(text);
    return needed || (quoteAll && text !== "") ? `${quote}${text.replaceAll(quote, quote + quote)}${quote}` : text;
  };
  const line = (values: readonly Written[]) => values.map(field).join(delimiter) + lineEnd;
  return [...above.map((text) => text + lineEnd), ...(named ? [line(names)] : []), ...rows.map(line)].join("");
}

function encoded(text: string, encoding: Layout["encoding"]): Buffer {
  switch (encoding) {
    case "utf-8":
      return Buffer.from(text);
    case "utf-8 with a mark":
      return Buffer.from(`\ufeff${text}`);
    case "utf-16le":
      return Buffer.from(`\ufeff${text}`, "utf16le");
    case "utf-16be":
      return Buffer.from(`\ufeff${text}`, "utf16le").swap16();
    case "windows-1252":
      // Of what is drawn, only the euro is elsewhere than in Latin-1.
      return Buffer.from(text.replaceAll("€", "\u0080"), "latin1");
  }
}

/** Parquet: a column of one type as that type, of several as texts. */
async function writeTyped(folder: string, name: string, names: readonly string[], written: readonly (readonly Written[])[]): Promise<void> {
  const types = written.map((cells) => {
    const kinds = new Set(cells.filter((value) => value !== null).map((value) => typeof value));
    return kinds.size !== 1 ? "VARCHAR" : kinds.has("number") ? "DOUBLE" : kinds.has("boolean") ? "BOOLEAN" : "VARCHAR";
  });
  const value = (cell: Written, k: number) => (cell === null ? "NULL" : types[k] === "VARCHAR" ? literal(String(cell)) : String(cell));
  const rows = Array.from({ length: written[0]?.length ?? 0 }, (_, row) => `(${written.map((cells, k) => value(cells[row] ?? null, k)).join(", ")})`);
  const selected = names.map((column, k) => `CAST(v${k} AS ${types[k] ?? "VARCHAR"}) AS "${column.replaceAll('"', '""')}"`);
  await writeParquet(folder, name, `SELECT ${selected.join(", ")} FROM (VALUES ${rows.join(", ")}) t(${names.map((_, k) => `v${k}`).join(", ")})`);
}
