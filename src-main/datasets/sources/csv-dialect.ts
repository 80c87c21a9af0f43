/** How the fields of a delimited text are told apart. */
export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  /** Field names of the first record, or made-up ones where the first record is data. */
  readonly names: readonly string[];
  readonly hasHeader: boolean;
}

const CANDIDATES = [",", ";", "\t", "|"];
const SAMPLE = 100;

/**
 * Finds the delimiter under which most of the first records have as many fields as the first one; ties go to more fields. The first record is the header
 * unless it looks like those below it.
 * @param head the start of the file.
 * @param whole false where the last record of `head` may be cut.
 */
export function sniffDialect(head: string, whole: boolean, given?: string): Dialect {
  const quote = /^\s*'/.test(head) && !head.includes("\"") ? "'" : "\"";
  const escape = head.includes(`\\${quote}`) && !head.includes(quote + quote) ? "\\" : quote;
  let best: { delimiter: string; records: string[][]; share: number } | undefined;
  for (const delimiter of given === undefined ? CANDIDATES : [given]) {
    const records = splitRecords(head, whole, delimiter, quote, escape);
    const width = records[0]?.length ?? 0;
    if (given === undefined && width < 2) continue;
    const share = records.filter((r) => r.length === width).length / Math.max(1, records.length);
    if (!best || share > best.share || (share === best.share && width > (best.records[0]?.length ?? 0))) best = { delimiter, records, share };
  }
  const { delimiter, records } = best ?? { delimiter: ",", records: splitRecords(head, whole, ",", quote, escape) };
  const [first = [], ...rest] = records;
  const hasHeader = isHeader(first, rest);
  return { delimiter, quote, escape, hasHeader, names: hasHeader ? first.map((name) => name.trim()) : first.map((_, k) => `column${k + 1}`) };
}

/** A word above numbers, or a number above words, is a name; so is everything beside it. */
function isHeader(first: readonly string[], rest: readonly (readonly string[])[]): boolean {
  if (rest.length === 0 || !first.some(isNumber)) return true;
  return first.some((field, k) => {
    const below = rest.map((record) => record[k] ?? "").filter((value) => value.trim() !== "");
    if (field.trim() === "" || below.length === 0) return false;
    return isNumber(field) ? !below.some(isNumber) : below.every(isNumber);
  });
}

function isNumber(field: string): boolean {
  return field.trim() !== "" && Number.isFinite(Number(field));
}

/** Records of the sample; blank lines are no records. */
function splitRecords(head: string, whole: boolean, delimiter: string, quote: string, escape: string): string[][] {
  const records: string[][] = [];
  let fields: string[] = [];
  let field = "";
  let quoted = false;
  const endRecord = () => {
    fields.push(field);
    if (fields.length > 1 || field.trim() !== "") records.push(fields);
    [fields, field] = [[], ""];
  };
  for (let i = 0; i < head.length && records.length < SAMPLE; i++) {
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
  if (records.length < SAMPLE && whole && (field !== "" || fields.length > 0)) endRecord();
  return records;
}
