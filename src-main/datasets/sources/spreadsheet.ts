import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LatheError } from "../../base/errors.js";
import { type CsvOptions, openUtf8 } from "./csv.js";
import type { Database } from "./database.js";
import { type FoundFile, goneMeanwhile } from "./find-file.js";
import type { Source } from "./source.js";
import { copyPath, openText } from "./text-file.js";
import { type Row, type Shared, rowOf, timesIn } from "./xlsx/cells.js";
import { attribute, elements, elementsIn, textsIn } from "./xlsx/xml.js";
import { Zip } from "./xlsx/zip.js";

/** Characters of the parts that are held in memory: the texts of all cells, and all else. */
const [MOST_TEXT, MOST_PART] = [1 << 28, 1 << 24];

interface Sheet {
  readonly name: string;
  readonly part: string;
}

/**
 * The first sheet of an Excel workbook (.xlsx, .xlsm): what its cells hold, dates as ISO 8601, as delimited text; where the table begins in it is found as in
 * one.
 * @throws LatheError `data.unreadable`, `data.empty`
 */
export async function openSpreadsheet(database: Database, file: FoundFile, options: CsvOptions): Promise<Source> {
  const found = await asText(database, file).catch((thrown: unknown) => {
    if (thrown instanceof LatheError) throw thrown;
    throw goneMeanwhile(file.path) ?? damaged(file.path, thrown);
  });
  const text = await openText(found.path, "utf-8", database.folder);
  const { header, skip, comment, names } = options;
  const source = await openUtf8(database, file, text, { delimiter: ",", quote: '"', decimal: ".", header, skip, comment: comment ?? "none", names });
  return { ...source, format: "xlsx", warnings: [...found.warnings, ...source.warnings] };
}

function damaged(path: string, cause?: unknown): LatheError {
  return new LatheError(
    "data.unreadable",
    `${path} cannot be read as an Excel workbook: it is damaged, locked with a password or too large; save it as CSV`,
    { path },
    { cause },
  );
}

async function asText(database: Database, { path }: FoundFile): Promise<{ readonly path: string; readonly warnings: readonly string[] }> {
  const zip = await Zip.open(path);
  if (!zip?.has("xl/workbook.xml")) throw damaged(path);
  const workbook = await zip.whole("xl/workbook.xml", MOST_PART);
  const sheets = await sheetsOf(zip, workbook);
  const [sheet] = sheets;
  if (!sheet) throw new LatheError("data.empty", `${path} has no sheet with cells, expected a table with a header and rows`, { path });
  const [properties] = elements(workbook, "workbookPr");
  const shared: Shared = {
    strings: await stringsOf(zip),
    times: timesIn(await zip.whole("xl/styles.xml", MOST_PART)),
    from1904: /^(1|true)$/.test(attribute(properties?.start ?? "", "date1904") ?? ""),
  };
  const rows = () => rowsOf(zip, sheet, shared);
  let [from, to, errors, unsolved] = [Infinity, -1, 0, 0];
  for await (const row of rows()) {
    for (const column of row.cells.keys()) [from, to] = [Math.min(from, column), Math.max(to, column)];
    errors += row.errors;
    unsolved += row.unsolved;
  }
  if (to < 0) throw new LatheError("data.empty", `sheet "${sheet.name}" of ${path} is empty, expected a table with a header and rows`, { path });
  const target = copyPath(database.folder, "sheet", "csv");
  await pipeline(Readable.from(linesOf(rows(), from, to)), createWriteStream(target));
  const warnings = [
    ...(sheets.length > 1
      ? [`${path} has ${sheets.length} sheets; the first, "${sheet.name}", is read. For another one, move it to the front or save it as CSV`]
      : []),
    ...(errors > 0
      ? [`${errors === 1 ? "1 cell" : `${errors} cells`} of ${path} ${errors === 1 ? "holds an error" : "hold errors"} such as #N/A; counted as missing`]
      : []),
    ...(unsolved > 0
      ? [
          `${unsolved === 1 ? "1 formula" : `${unsolved} formulas`} of ${path} ${unsolved === 1 ? "has" : "have"} no result in the file; counted as missing. ` +
            "Open it in a spreadsheet and save it again",
        ]
      : []),
  ];
  return { path: target, warnings };
}

/** Sheets of cells in the workbook's order; hidden ones last. */
async function sheetsOf(zip: Zip, workbook: string): Promise<readonly Sheet[]> {
  const targets = new Map<string, string>();
  for (const { start } of elements(await zip.whole("xl/_rels/workbook.xml.rels", MOST_PART), "Relationship")) {
    if (!attribute(start, "Type")?.endsWith("/worksheet")) continue;
    const target = attribute(start, "Target") ?? "";
    targets.set(attribute(start, "Id") ?? "", target.startsWith("/") ? target.slice(1) : `xl/${target}`);
  }
  const listed = [...elements(workbook, "sheet")].flatMap(({ start }) => {
    const part = targets.get(attribute(start, "(?:\\w+:)?id") ?? "");
    return part !== undefined && zip.has(part)
      ? [{ name: attribute(start, "name") ?? "", part, hidden: attribute(start, "state") !== undefined && attribute(start, "state") !== "visible" }]
      : [];
  });
  return [...listed.filter(({ hidden }) => !hidden), ...listed.filter(({ hidden }) => hidden)];
}

async function stringsOf(zip: Zip): Promise<readonly string[]> {
  const strings: string[] = [];
  let length = 0;
  for await (const { inner } of elementsIn(zip.text("xl/sharedStrings.xml"), "si")) {
    const text = textsIn(inner);
    length += text.length;
    if (length > MOST_TEXT) throw new RangeError("too large");
    strings.push(text);
  }
  return strings;
}

async function* rowsOf(zip: Zip, { part }: Sheet, shared: Shared): AsyncGenerator<Row, void, void> {
  let before = 0;
  for await (const { start, inner } of elementsIn(zip.text(part), "row")) {
    const row = rowOf(start, inner, before, shared);
    before = row.number;
    yield row;
  }
}

/** Rows as lines. Above the table a row of one cell is a line of one field, as a title in a text would be. */
async function* linesOf(rows: AsyncIterable<Row>, from: number, to: number): AsyncGenerator<string, void, void> {
  let [above, number] = [true, 0];
  for await (const row of rows) {
    if (row.cells.size === 0) continue;
    if (number > 0 && row.number > number + 1) yield "\n";
    number = row.number;
    above &&= row.cells.size === 1 && to > from;
    const fields = above ? [...row.cells.values()] : Array.from({ length: to - from + 1 }, (_, k) => row.cells.get(from + k) ?? "");
    yield `${fields.map((field) => (/[",\r\n]/.test(field) || field !== field.trim() ? `"${field.replaceAll('"', '""')}"` : field)).join(",")}\n`;
  }
}
