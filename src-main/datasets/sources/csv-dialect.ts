import { type Decimal, isNumber } from "./decimal.js";

/** How the fields of a delimited text are told apart. */
export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  /** Field names of the first record, or made-up ones where the first record is data. */
  readonly names: readonly string[];
  readonly hasHeader: boolean;
  /** Lines above the first record: blank ones, and `sep=;` as Excel writes it. */
  readonly skip: number;
  /** The first rows, without the header. */
  readonly sample: readonly (readonly string[])[];
}

/** What the user knows of a dialect. */
export interface GivenDialect {
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
  readonly decimal?: Decimal | undefined;
}

const CANDIDATES = [",", ";", "\t", "|"];
const SAMPLE = 100;
/** Rows to find out about numbers from, where they may have a decimal comma. */
const LONG_SAMPLE = 20_000;

/**
 * Finds the delimiter under which most of the first records have as many fields as the first one; ties go to more numbers, then to more fields. The first
 * record is the header unless it looks like those below it.
 * @param head the start of the file.
 * @param whole false where the last record of `head` may be cut.
 */
export function sniffDialect(head: string, whole: boolean, given: GivenDialect = {}): Dialect {
  const [above = "", separator] = /^(?:[ \t]*(?:\r\n|\n|\r))*(?:sep=([^\r\n])(?:\r\n|\n|\r))?/i.exec(head) ?? [];
  const text = head.slice(above.length);
  const skip = above.match(/\r\n|\n|\r/g)?.length ?? 0;
  const quote = given.quote ?? (/^\s*'/.test(text) && !text.includes('"') ? "'" : '"');
  const escape = text.includes(`\\${quote}`) && !text.includes(quote + quote) ? "\\" : quote;
  const known = given.delimiter ?? separator;
  const split = (delimiter: string, limit = SAMPLE) => splitRecords(text, whole, delimiter, quote, escape, limit);
  let best: { readonly delimiter: string; readonly records: string[][]; readonly score: readonly number[] } | undefined;
  for (const delimiter of known === undefined ? CANDIDATES.filter((c) => c !== quote) : [known]) {
    const records = split(delimiter);
    const width = records[0]?.length ?? 0;
    if (known === undefined && width < 2) continue;
    const share = records.filter((r) => r.length === width).length / Math.max(1, records.length);
    const fields = records.flat();
    const numbers = fields.filter((field) => isNumber(field, formOf(delimiter, given.decimal))).length / Math.max(1, fields.length);
    const score = [share, numbers, width];
    if (!best || isAbove(score, best.score)) best = { delimiter, records, score };
  }
  const delimiter = best?.delimiter ?? (given.decimal === "," || quote === "," ? ";" : ",");
  const form = formOf(delimiter, given.decimal);
  const [first = [], ...rest] = best?.records ?? split(delimiter);
  const hasHeader = isHeader(first, rest, (field) => isNumber(field, form));
  const sample =
    given.decimal === undefined && delimiter !== "," ? split(delimiter, LONG_SAMPLE).slice(hasHeader ? 1 : 0) : hasHeader ? rest : [first, ...rest];
  return { delimiter, quote, escape, hasHeader, skip, sample, names: hasHeader ? first.map((name) => name.trim()) : first.map((_, k) => `column${k + 1}`) };
}

/** Between commas a decimal comma must be asked for. */
function formOf(delimiter: string, given: Decimal | undefined): Decimal | undefined {
  return given ?? (delimiter === "," ? "." : undefined);
}

function isAbove(score: readonly number[], other: readonly number[]): boolean {
  const k = score.findIndex((value, i) => value !== other[i]);
  return k >= 0 && (score[k] ?? 0) > (other[k] ?? 0);
}

/** A word above numbers, or a number above words, is a name; so is everything beside it. */
function isHeader(first: readonly string[], rest: readonly (readonly string[])[], isNumeric: (field: string) => boolean): boolean {
  if (rest.length === 0 || !first.some(isNumeric)) return true;
  return first.some((field, k) => {
    const below = rest.map((record) => record[k] ?? "").filter((value) => value.trim() !== "");
    if (field.trim() === "" || below.length === 0) return false;
    return isNumeric(field) ? !below.some(isNumeric) : below.every(isNumeric);
  });
}

/** Records of the sample; blank lines are no records. */
function splitRecords(head: string, whole: boolean, delimiter: string, quote: string, escape: string, limit: number): string[][] {
  const records: string[][] = [];
  let fields: string[] = [];
  let field = "";
  let quoted = false;
  const endRecord = () => {
    fields.push(field);
    if (fields.length > 1 || field.trim() !== "") records.push(fields);
    [fields, field] = [[], ""];
  };
  for (let i = 0; i < head.length && records.length < limit; i++) {
    const c = head[i] ?? "";
    if (quoted) {
      if (c === escape && head[i + 1] === quote) field += head[++i] ?? "";
      else if (c === quote) quoted = false;
      else field += c;
    } else if (c === quote && field.trim() === "") {
      [quoted, field] = [true, ""];
    } else if (c === delimiter) {
      fields.push(field);
      field = "";
    } else if (c === "\n" || c === "\r") {
      if (c === "\r" && head[i + 1] === "\n") i++;
      endRecord();
    } else {
      field += c;
    }
  }
  if (records.length < limit && whole && (field !== "" || fields.length > 0)) endRecord();
  return records;
}
