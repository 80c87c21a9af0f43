import { countComments, isComment, leadingComments, linesOf, markerAbove, markerBetween } from "./csv-comments.js";
import { type FirstRow, isMissing, judgeFirstRow, provedByNames } from "./csv-header.js";
import { BLANKS, type TextRecord, splitRecords } from "./csv-records.js";
import { type Decimal, isAnyNumber } from "./decimal.js";

/** How the fields of a delimited text are told apart. */
export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  /** Field names of the first record, or made-up ones where the first record is data. */
  readonly names: readonly string[];
  readonly hasHeader: boolean;
  /** Whether the header was given, proved by names that are known, found out, or taken for likely. */
  readonly headerBy: "given" | "names" | "found" | "likely";
  /** Lines at the top that are no records: those to be skipped, blank ones, `sep=;` as Excel writes it. */
  readonly skip: number;
  /** Lines below these, comments not counted, that a title takes up; and what it says. */
  readonly titleLines: number;
  readonly title: readonly string[];
  /** What begins a comment line. */
  readonly comment?: string;
  /** Comment lines in the text looked at. */
  readonly comments: number;
  /** True where the names stand behind the last comment marker above the table. */
  readonly namesBehindComment: boolean;
  /** True where the rows begin with a name of their own that has no header, as R writes them. */
  readonly rowNames: boolean;
  /** The first rows, without the header. */
  readonly sample: readonly (readonly string[])[];
}

/** What the user knows of a dialect. */
export interface GivenDialect {
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
  readonly decimal?: Decimal | undefined;
  /** Whether the first record holds the names of the columns. */
  readonly header?: boolean | undefined;
  /** Lines to skip above it. */
  readonly skip?: number | undefined;
  /** What begins a comment line; `none` where nothing does. */
  readonly comment?: string | undefined;
  /** Names that some of the columns have, such as the target's: a first record that holds them is the header. */
  readonly names?: readonly string[] | undefined;
}

const CANDIDATES = [",", ";", "\t", "|"];
const SAMPLE = 100;
/** Rows to judge the first one by. */
const JUDGED = 1000;
/** Rows to find out about numbers from, where they may have a decimal comma. */
const LONG_SAMPLE = 20_000;
/** Lines that a title may have. */
const MOST_TITLE_LINES = 20;
/** So many rows have the table's width where what stands above them is a title. */
const MOST = 0.9;

/**
 * Finds comment lines, the delimiter under which most of the first records have as many fields as the first one (ties go to more numbers, then to more
 * fields), and what stands above the table. The first record is the header unless it looks like those below it.
 * @param head the start of the file.
 * @param whole false where the last record of `head` may be cut.
 */
export function sniffDialect(head: string, whole: boolean, given: GivenDialect = {}): Dialect {
  const { lines: asked, text: below } = dropLines(head, given.skip ?? 0);
  const [above = "", separator] = /^(?:[ \t]*(?:\r\n|\n|\r))*(?:sep=([^\r\n])(?:\r\n|\n|\r))?/i.exec(below) ?? [];
  const raw = below.slice(above.length);
  const skip = asked + (above.match(/\r\n|\n|\r/g)?.length ?? 0);
  const quote = given.quote ?? (/^\s*'/.test(raw) && !raw.includes('"') ? "'" : '"');
  const escape = raw.includes(`\\${quote}`) && !raw.includes(quote + quote) ? "\\" : quote;
  const known = given.delimiter ?? separator;
  const look = (text: string) => new Look(text, whole, { known, quote, escape, given });
  const comment = given.comment === "none" ? undefined : (given.comment ?? findComment(raw, look, quote, given));
  if (comment === undefined) return { ...look(raw).dialect(skip), comments: 0, namesBehindComment: false };
  const lines = linesOf(raw, quote);
  const comments = countComments(lines, comment);
  if (comments === 0) return { ...look(raw).dialect(skip), comment, comments, namesBehindComment: false };
  const rest = look(withoutComments(raw, quote, comment));
  const dialect = rest.dialect(skip);
  const behind = given.header === undefined && comment === "#" ? rest.namesFrom(leadingComments(lines, comment).at(-1), dialect) : undefined;
  return behind ? { ...dialect, ...behind, comment, comments, namesBehindComment: true } : { ...dialect, comment, comments, namesBehindComment: false };
}

function dropLines(text: string, count: number): { readonly lines: number; readonly text: string } {
  let at = 0;
  const ends = /\r\n|\n|\r/g;
  for (let n = 0; n < count; n++) {
    ends.lastIndex = at;
    if (ends.exec(text) === null) return { lines: n, text: "" };
    at = ends.lastIndex;
  }
  return { lines: count, text: text.slice(at) };
}

/** Lines that are no comments. */
export function withoutComments(text: string, quote: string, marker: string): string {
  return linesOf(text, quote)
    .filter((line) => !isComment(line, marker))
    .map((line) => line.text)
    .join("\n");
}

function findComment(raw: string, look: (text: string) => Look, quote: string, { names = [] }: GivenDialect): string | undefined {
  // Most tables have none.
  if (!/(^|[\r\n])[ \t]*(#|%|\/\/)/.test(raw)) return undefined;
  const lines = linesOf(raw, quote);
  const whole = look(raw);
  const first = whole.records(1)[0]?.fields ?? [];
  // A column may be called "#", or "# of rooms".
  if (/^(#|%|\/\/)$/.test(first[0]?.trim() ?? "") && first.length > 1) return undefined;
  if (provedByNames(first, names) === true) return undefined;
  const marker = markerAbove(lines);
  if (marker !== undefined) {
    const rest = look(withoutComments(raw, quote, marker));
    // Of other marks than # a first line that fits above data is the header itself.
    return marker !== "#" && leadingComments(lines, marker).length === 1 && first.length === rest.width && rest.judge() !== "names" ? undefined : marker;
  }
  return markerBetween(lines, (line) => whole.fits(line));
}

interface Chosen {
  readonly delimiter: string;
  readonly records: readonly TextRecord[];
  readonly score: readonly number[];
}

interface LookOptions {
  readonly known: string | undefined;
  readonly quote: string;
  readonly escape: string;
  readonly given: GivenDialect;
}

/** Where a table begins among the records, and how wide it is. */
interface Beginning {
  readonly at: number;
  readonly rowNames: boolean;
}

/** A text without comments, and what its records look like. */
class Look {
  readonly #text: string;
  readonly #whole: boolean;
  readonly #options: LookOptions;
  readonly #delimiter: string;
  readonly #beginning: Beginning;
  readonly #records: readonly TextRecord[];
  readonly #isNumeric: (field: string) => boolean;

  constructor(text: string, whole: boolean, options: LookOptions) {
    this.#text = text;
    this.#whole = whole;
    this.#options = options;
    const { delimiter, beginning } = this.#choose();
    this.#delimiter = delimiter;
    this.#beginning = beginning;
    this.#isNumeric = this.#numericFor(delimiter);
    this.#records = this.#split(delimiter, JUDGED + beginning.at);
  }

  get width(): number {
    return this.#records[this.#beginning.at + 1]?.fields.length ?? this.#first.length;
  }

  get #first(): readonly string[] {
    return this.#records[this.#beginning.at]?.fields ?? [];
  }

  records(limit: number): readonly TextRecord[] {
    return this.#records.slice(0, limit);
  }

  fits(line: string): boolean {
    return splitRecords(line, true, this.#marks(this.#delimiter), 1)[0]?.fields.length === this.#first.length;
  }

  judge(): FirstRow {
    return judgeFirstRow(this.#first, this.#records.slice(this.#beginning.at + 1).map(fieldsOf), this.#isNumeric);
  }

  /** Names in a comment line, where that fits and the first record is none of names. */
  namesFrom(comment: string | undefined, { hasHeader, headerBy }: Pick<Dialect, "hasHeader" | "headerBy">): Partial<Dialect> | undefined {
    if (comment === undefined || (hasHeader && headerBy !== "likely") || this.#beginning.at > 0) return undefined;
    const fields = splitRecords(comment, true, this.#marks(this.#delimiter), 1)[0]?.fields.map((field) => field.trim()) ?? [];
    if (fields.length !== this.width || fields.length < 2 || fields.some((field) => field === "" || this.#isNumeric(field))) return undefined;
    if (new Set(fields).size < fields.length) return undefined;
    return { hasHeader: false, headerBy: "found", names: fields, sample: this.#sample(false) };
  }

  dialect(skip: number): Omit<Dialect, "comments" | "namesBehindComment"> {
    const { given, quote, escape } = this.#options;
    const { at, rowNames } = this.#beginning;
    const first = this.#first;
    const { hasHeader, headerBy } = this.#header();
    const line = this.#records[at]?.line ?? 0;
    const above = this.#records
      .slice(0, at)
      .map(({ fields }) => (isAlone(fields) ? (fields[0] ?? "") : fields.join(this.#delimiter === BLANKS ? " " : this.#delimiter)));
    const titles = above.filter((title) => title.trim() !== "");
    const names = hasHeader ? first.map((name) => name.trim()) : first.map((_, k) => `column${k + 1}`);
    return {
      delimiter: this.#delimiter,
      quote,
      escape,
      hasHeader,
      headerBy: given.header === undefined ? headerBy : "given",
      skip,
      titleLines: at > 0 ? line : 0,
      title: titles,
      rowNames,
      sample: this.#sample(hasHeader),
      names: rowNames ? [rowNamesName(names), ...names] : names,
    };
  }

  #sample(hasHeader: boolean): readonly (readonly string[])[] {
    const from = this.#beginning.at + (hasHeader ? 1 : 0);
    const long = this.#options.given.decimal === undefined && this.#delimiter !== ",";
    const records = long ? this.#split(this.#delimiter, LONG_SAMPLE + from) : this.#records.slice(0, SAMPLE + this.#beginning.at);
    return records.slice(from).map(fieldsOf);
  }

  #header(): Pick<Dialect, "hasHeader" | "headerBy"> {
    const { given } = this.#options;
    if (given.header !== undefined) return { hasHeader: given.header, headerBy: "given" };
    if (this.#beginning.rowNames) return { hasHeader: true, headerBy: "found" };
    const proved = provedByNames(this.#first, given.names ?? []);
    const judged = this.judge();
    const hasHeader = judged === "names" || (judged === "unsure" && !(this.#records.length > 1 && this.#first.some(this.#isNumeric)));
    if (proved !== undefined) return { hasHeader: proved, headerBy: proved === hasHeader && judged !== "unsure" ? "found" : "names" };
    return { hasHeader, headerBy: judged === "unsure" ? "likely" : "found" };
  }

  #choose(): { readonly delimiter: string; readonly beginning: Beginning } {
    const { known, quote, given } = this.#options;
    if (known !== undefined && known !== " ") return { delimiter: known, beginning: this.#begin(known, this.#split(known, SAMPLE)) };
    let best: Chosen | undefined;
    for (const delimiter of known === undefined ? CANDIDATES.filter((c) => c !== quote) : [known]) {
      const records = this.#split(delimiter, SAMPLE);
      const width = records[0]?.fields.length ?? 0;
      if (width >= 2) best = better(best, { delimiter, records, score: [shareOf(records, width), ...this.#numbersOf(delimiter, records, width)] });
    }
    if (best?.score[0] === 1 && !this.#isByBlanks(best)) return { delimiter: best.delimiter, beginning: this.#begin(best.delimiter, best.records) };
    // Not every record is as wide as the first: is something above the table, or are blanks what parts it?
    let other: (Chosen & { readonly beginning: Beginning }) | undefined;
    for (const delimiter of known === undefined ? [...CANDIDATES.filter((c) => c !== quote), BLANKS] : [known, BLANKS]) {
      const records = this.#split(delimiter, SAMPLE);
      const beginning = this.#begin(delimiter, records);
      const rows = records.slice(beginning.at + 1);
      const width = rows[0]?.fields.length ?? records[beginning.at]?.fields.length ?? 0;
      if (delimiter === BLANKS ? !this.#byBlanks(records.slice(beginning.at), beginning, width) : beginning.at === 0 && !beginning.rowNames) continue;
      const found = { delimiter, records, beginning, score: [shareOf(rows, width), ...this.#numbersOf(delimiter, rows, width)] };
      if (other === undefined || isAbove(found.score, other.score)) other = found;
    }
    if (other && (!best || isAbove(other.score, best.score))) return { delimiter: other.delimiter, beginning: other.beginning };
    const delimiter = best?.delimiter ?? known ?? (given.decimal === "," || quote === "," ? ";" : ",");
    return { delimiter, beginning: { at: 0, rowNames: false } };
  }

  /** Tabs that stand where blanks do: then blanks make more columns, all alike, and more numbers. */
  #isByBlanks({ delimiter, score: [, numbers = 0, width = 0] }: Chosen): boolean {
    if (delimiter !== "\t" || this.#options.known !== undefined) return false;
    const records = this.#split(BLANKS, SAMPLE);
    const wide = records.at(-1)?.fields.length ?? 0;
    return wide > width && this.#numbersOf(BLANKS, records, wide)[0] > numbers;
  }

  /** Whether blanks part a text: all rows are equally wide, and there are numbers among them. */
  #byBlanks(records: readonly TextRecord[], { rowNames }: Beginning, width: number): boolean {
    const rows = rowNames ? records.slice(1) : records;
    if (width < 2 || rows.length < 2 || shareOf(rows, width) < 1) return false;
    if (rowNames && width < 3) return false;
    const isNumeric = (field: string) => isAnyNumber(field, this.#options.given.decimal);
    const columns = Array.from({ length: width }, (_, k) => rows.slice(1).map(({ fields }) => fields[k] ?? ""));
    return (
      this.#options.known !== undefined || columns.some((values) => values.some(isNumeric) && values.every((value) => isNumeric(value) || isMissing(value)))
    );
  }

  /** Where the table begins under a delimiter: below a title, of another width or with nothing beside it, or at once. */
  #begin(delimiter: string, records: readonly TextRecord[]): Beginning {
    const none: Beginning = { at: 0, rowNames: false };
    const { given } = this.#options;
    const width = commonWidth(records);
    const at = records.findIndex(({ fields }) => fields.length === width && !isAlone(fields));
    if (at <= 0 || width < 2 || at > MOST_TITLE_LINES || shareOf(records.slice(at), width) < MOST || records.length < at + 2) return none;
    const isNumeric = this.#numericFor(delimiter);
    const table = records.slice(at).map(fieldsOf);
    const [first = [], ...rest] = table;
    const top = records[0]?.fields ?? [];
    if (at === 1 && top.length === width - 1) {
      // A delimiter at the end of every row but the header.
      if (table.every((record) => (record[width - 1] ?? "").trim() === "")) return none;
      // Names above numbers below it make the line a title.
      const isTitle = provedByNames(first, given.names ?? []) === true || judgeFirstRow(first, rest, isNumeric) === "names";
      if (given.header !== false && !isTitle && isRowNames(table, this.#text, this.#options.quote, delimiter) && !top.some(isNumeric))
        return { at: 0, rowNames: true };
    }
    if (given.skip !== undefined || given.header === false) return none;
    if (provedByNames(top, given.names ?? []) === true) return none;
    const proved = provedByNames(first, given.names ?? []);
    const judged = judgeFirstRow(first, rest, isNumeric);
    const apart = records[at - 1] !== undefined && (records[at]?.line ?? 0) > (records[at - 1]?.line ?? 0) + 1;
    const plain = records.slice(0, at).every(({ fields }) => isAlone(fields));
    // Spreadsheets write as many delimiters behind a title as there are columns, which would have no names else.
    const padded = width > 2 && first.every((field) => field.trim() !== "") && top.length === width;
    return proved === true || judged === "names" || (judged === "unsure" && plain && (apart || padded)) ? { at, rowNames: false } : none;
  }

  #split(delimiter: string, limit: number): TextRecord[] {
    return splitRecords(this.#text, this.#whole, this.#marks(delimiter), limit);
  }

  #marks(delimiter: string) {
    return { delimiter, quote: this.#options.quote, escape: this.#options.escape };
  }

  #numericFor(delimiter: string): (field: string) => boolean {
    const form = formOf(delimiter, this.#options.given.decimal);
    return (field) => isAnyNumber(field, form);
  }

  /** Share of numbers, and width. */
  #numbersOf(delimiter: string, records: readonly TextRecord[], width: number): readonly [number, number] {
    const isNumeric = this.#numericFor(delimiter);
    const fields = records.flatMap(fieldsOf);
    return [fields.filter(isNumeric).length / Math.max(1, fields.length), width];
  }
}

/** A field with nothing but empty ones beside it, as of a title above a table. */
function isAlone(fields: readonly string[]): boolean {
  return fields.slice(1).every((field) => field.trim() === "");
}

function fieldsOf({ fields }: TextRecord): string[] {
  return fields;
}

/** Between commas a decimal comma must be asked for. */
function formOf(delimiter: string, given: Decimal | undefined): Decimal | undefined {
  return given ?? (delimiter === "," ? "." : undefined);
}

function better(best: Chosen | undefined, other: Chosen): Chosen {
  return !best || isAbove(other.score, best.score) ? other : best;
}

function isAbove(score: readonly number[], other: readonly number[]): boolean {
  const k = score.findIndex((value, i) => value !== other[i]);
  return k >= 0 && (score[k] ?? 0) > (other[k] ?? 0);
}

function shareOf(records: readonly TextRecord[], width: number): number {
  return records.filter(({ fields }) => fields.length === width).length / Math.max(1, records.length);
}

/** The width that most records have. */
function commonWidth(records: readonly TextRecord[]): number {
  const counts = new Map<number, number>();
  for (const { fields } of records) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  return [...counts].reduce((best, [width, n]) => (n > (counts.get(best) ?? 0) ? width : best), records[0]?.fields.length ?? 0);
}

/** First fields that name rows: all different, and quoted, counted, or parted by something else than commas, which may stand in a text unquoted. */
function isRowNames(table: readonly (readonly string[])[], text: string, quote: string, delimiter: string): boolean {
  const names = table.map((record) => record[0]?.trim() ?? "");
  if (names.length < 2 || names.includes("") || new Set(names).size < names.length) return false;
  const counted = names.every((name, k) => /^\d+$/.test(name) && Number(name) === Number(names[0]) + k);
  const quoted = text.split(/\r\n|\n|\r/).filter((line) => line.startsWith(quote)).length >= names.length;
  return counted || quoted || (delimiter !== "," && delimiter !== ";");
}

function rowNamesName(names: readonly string[]): string {
  let name = "row";
  while (names.includes(name)) name += "_";
  return name;
}
