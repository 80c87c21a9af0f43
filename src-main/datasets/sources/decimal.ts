import { namedSetting, settingTo } from "../../contract/source-settings.js";
import { BLANKS as ALL_BLANKS, MISSING_WORDS } from "../../features/spelling.js";
import { literal } from "./sql.js";

/** What stands before the decimals of a number. */
export type Decimal = "," | ".";

/** How the numbers of a delimited text are written. */
export interface Decimals {
  /** By column. */
  readonly columns: readonly Decimal[];
  readonly warnings: readonly string[];
}

export interface DecimalQuestion {
  readonly path: string;
  readonly delimiter: string;
  readonly names: readonly string[];
  /** The first rows of the file, without the header. */
  readonly records: readonly (readonly string[])[];
  /** What is taken where the rows do not tell, because other rows of the same kind had it. */
  readonly likely?: "," | undefined;
}

const EXPONENT = "([eE][+-]?[0-9]+)?";
/** `1`, `1.5`, `.5`, `-2e-3`. */
const POINT = new RegExp(`^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)${EXPONENT}$`);
/** `1`, `1,5`, `1.234,56`, `1 234,56` with any kind of space. Thousands do not begin with 0: `0.125` has a decimal point. */
const COMMA_PATTERN = `[+-]?(([1-9][0-9]{0,2}(\\.[0-9]{3})+|[1-9][0-9]{0,2}([ \u00a0\u202f][0-9]{3})+|[0-9]+)(,[0-9]*)?|,[0-9]+)${EXPONENT}`;
const COMMA = new RegExp(`^${COMMA_PATTERN}$`);
/** `1,234` in Paris, `1,234` in New York: a comma that may also part thousands. */
const EITHER_COMMA = /^[+-]?[1-9][0-9]{0,2},[0-9]{3}$/;
const THOUSANDS_COMMA = /^[+-]?[1-9][0-9]{0,2}((,[0-9]{3})+\.[0-9]*|(,[0-9]{3}){2,})$/;
/** As DuckDB trims; JavaScript would take no-break spaces too. */
const BLANKS = /^[ \t]+|[ \t]+$/g;
/** So many of a column's values are numbers of either form where it is a column of numbers at all. */
const MOST = 0.8;

/** True for a number as text, of either form unless told which. */
export function isNumber(text: string, decimal?: Decimal): boolean {
  const plain = text.replace(BLANKS, "");
  return (decimal !== "," && POINT.test(plain)) || (decimal !== "." && COMMA.test(plain));
}

/** The same, also of numbers with a unit or with thousands that are parted, as `parsed` reads them. */
export function isAnyNumber(text: string, decimal?: Decimal): boolean {
  if (!/[0-9]/.test(text)) return false;
  const plain = text.replace(OUTER, "");
  return isNumber(plain, decimal) || (decimal === "," ? isNumber(plain.replace(new RegExp(AROUND, "g"), "$1"), ",") : DRESSED_NUMBER.test(plain));
}

/** How large such a number is, to compare it with others of its column. */
export function sizeOf(text: string): number {
  const bare = text.replace(new RegExp(DRESS, "g"), "");
  if (POINT.test(bare)) return Number(bare);
  // `$1,234` has no decimal comma, and `1,234` may have one.
  const comma = COMMA.test(bare) && (bare.length === text.length || !EITHER_COMMA.test(bare));
  return Number(comma ? bare.replaceAll(".", "").replace(",", ".") : bare.replaceAll(",", ""));
}

/** A comma that is a decimal comma or parts thousands. */
export function isEitherComma(text: string): boolean {
  return EITHER_COMMA.test(text.trim());
}

/** What may stand before or behind a number; per cents and currencies are read as they are written: `17%` is 17. */
const UNIT = "(?:[$\u20ac\u00a3\u00a5\u20b9]|EUR|USD|GBP|CHF)";
const GAP = "[ \u00a0\u2009\u202f]*";
/** Thousands parted by commas, apostrophes or blanks, all alike. */
const GROUPED = `[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?:['\u2019][0-9]{3})+|(?:[ \u00a0\u2009\u202f][0-9]{3})+)(?:\\.[0-9]*)?`;
const DRESSED = `^[+-]?(?:${UNIT}${GAP})?[+-]?(?:${GROUPED}|[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)${GAP}(?:%|${UNIT})?$`;
/** With a comma where no comma can part thousands: behind blanks or dots that do, or beside a unit. */
const GROUPED_COMMA = "[1-9][0-9]{0,2}(?:(?:\\.[0-9]{3})+|(?:[ \u00a0\u2009\u202f][0-9]{3})+),[0-9]*";
const DRESSED_COMMA =
  `^[+-]?(?:${UNIT}${GAP})?[+-]?${GROUPED_COMMA}${GAP}(?:%|${UNIT})?$|^[+-]?${UNIT}${GAP}[+-]?[0-9]+,[0-9]{1,2}$|` +
  `^[+-]?[0-9]+,[0-9]{1,2}${GAP}(?:%|${UNIT})$`;
/** What a number is dressed in, beside digits, sign and decimals. */
const DRESS = `[$\u20ac\u00a3\u00a5\u20b9%A-Z'\u2019 \u00a0\u2009\u202f]`;
const DRESSED_NUMBER = new RegExp(`${DRESSED}|${DRESSED_COMMA}`);
/** What stands around the digits, a sign apart. */
const AROUND = `^([+-]?)${UNIT}${GAP}|${GAP}(?:%|${UNIT})$`;
const OUTER = new RegExp(`^[${ALL_BLANKS}]+|[${ALL_BLANKS}]+$`, "g");
const UNIT_SIGNS = "[$\u20ac\u00a3\u00a5\u20b9%]|EUR|USD|GBP|CHF";

/** A pattern of numbers whose reading is to be told: units, thousands; with a decimal comma, which parts none, units. */
export function dressedSigns(decimal: Decimal = "."): string {
  return decimal === "," ? UNIT_SIGNS : `${UNIT_SIGNS}|[,'\u2019\u00a0\u2009\u202f]|[0-9] [0-9]`;
}

/** SQL of a text as DOUBLE; NULL where it is no number. DuckDB takes `1_000` for a thousand, but that is a text. */
export function parsed(sql: string, decimal: Decimal = "."): string {
  const plain = `trim(${sql}, ${literal(ALL_BLANKS)})`;
  const bare = `regexp_replace(${plain}, ${literal(DRESS)}, '', 'g')`;
  const comma = `TRY_CAST(replace(replace(${bare}, '.', ''), ',', '.') AS DOUBLE)`;
  // Few numbers wear anything; the others go without the patterns.
  const dressed =
    decimal === "."
      ? `CASE WHEN regexp_matches(${plain}, ${literal(DRESSED)}) THEN TRY_CAST(replace(${bare}, ',', '') AS DOUBLE) ` +
        `WHEN regexp_matches(${plain}, ${literal(DRESSED_COMMA)}) THEN ${comma} END`
      : `CASE WHEN regexp_full_match(regexp_replace(${plain}, ${literal(AROUND)}, '\\1', 'g'), ` + `${literal(COMMA_PATTERN)}) THEN ${comma} END`;
  const undressed = `coalesce(${parsedBefore(plain, decimal)}, ${dressed})`;
  const plainly = `coalesce(${parsedBefore(sql, decimal)}, CASE WHEN regexp_matches(${sql}, '[0-9]') THEN ${undressed} END)`;
  return `CASE WHEN ${sql} IS NULL OR contains(${sql}, '_') THEN NULL ELSE ${plainly} END`;
}

/** The same as it was read before numbers could have units, or thousands beside a decimal point. */
export function parsedBefore(sql: string, decimal: Decimal = "."): string {
  if (decimal === ".") return `CASE WHEN NOT contains(${sql}, '_') THEN TRY_CAST(${sql} AS DOUBLE) END`;
  const plain = `trim(${sql}, ' ' || chr(9))`;
  const grouped = `replace(regexp_replace(${plain}, '[. \u00a0\u202f]', '', 'g'), ',', '.')`;
  // Few numbers are grouped; the others go without the pattern.
  return (
    `CASE WHEN contains(${sql}, '_') THEN NULL WHEN regexp_matches(${sql}, '[. \u00a0\u202f]') THEN ` +
    `CASE WHEN regexp_full_match(${plain}, '${COMMA_PATTERN}') THEN TRY_CAST(${grouped} AS DOUBLE) END ELSE TRY_CAST(replace(${sql}, ',', '.') AS DOUBLE) END`
  );
}

/**
 * Finds out which columns have a decimal comma. A file has one form unless whole columns prove otherwise. Where commas part the columns nothing is guessed:
 * there a decimal comma must be asked for, or be `likely`.
 */
export function sniffDecimals(question: DecimalQuestion): Decimals {
  const { path, delimiter, names, records, likely } = question;
  const all = (decimal: Decimal) => names.map(() => decimal);
  if (delimiter === "," && likely !== ",") return { columns: all("."), warnings: [] };
  const columns = names.map((name, k) => ({ name, ...tally(records.map((record) => record[k] ?? "")) }));
  const surely = columns.filter((c) => c.comma > 0 && c.comma + c.either >= c.point);
  // `1,234` and nothing clearer: decimals where semicolons part the columns, as they do because commas are taken.
  const perhaps = columns.filter((c) => c.either > 0 && c.comma === 0 && c.point === 0);
  const points = columns.filter((c) => c.point > c.comma + c.either);
  const warnings = columns
    .filter((c) => c.comma + c.either > 0 && c.point > 0)
    .map(
      ({ name, examples }) =>
        `column "${name}" of ${path} has numbers with a decimal comma ("${examples.comma}") and with a decimal point ("${examples.point}"); it is ` +
        `read as numbers only when all are written one way`,
    );
  const purePoints = points.filter((c) => c.comma + c.either === 0);
  if (delimiter === "," && (points.length > 0 || columns.some((c) => c.english))) return { columns: all("."), warnings };
  if (surely.length > 0 && purePoints.length > 0) {
    warnings.push(
      `${path} has decimal commas in ${listed(surely)} and decimal points in ${listed(purePoints)}; each column is read its own way. Set ` +
        `${namedSetting("decimal")} where that is wrong`,
    );
    warnThousands(surely);
    return { columns: columns.map((c) => (surely.includes(c) || perhaps.includes(c) ? "," : ".")), warnings };
  }
  if (surely.length > 0) {
    warnThousands(columns);
    return { columns: all(","), warnings };
  }
  const undecided = delimiter !== "," && points.length === 0 && !columns.some((c) => c.english);
  if (perhaps.length > 0 && undecided && (delimiter === ";" || likely === ",")) {
    if (likely !== ",")
      warnings.push(
        `${listed(perhaps)} of ${path}: "${perhaps[0]?.examples.comma}" is read with a decimal comma; if commas part thousands there, take them out`,
      );
    return { columns: all(","), warnings };
  }
  if (undecided && perhaps.length === 0 && likely === ",") {
    warnThousands(columns);
    return { columns: all(","), warnings };
  }
  const dots = columns.filter((c) => c.dots > 0);
  if (undecided && delimiter === ";" && dots.length > 0 && likely === undefined) {
    warnings.push(
      `${listed(dots)} of ${path}: "${dots[0]?.examples.dots}" is read with a decimal point; if dots part thousands there, set ${settingTo("decimal", ",")}`,
    );
  }
  return { columns: all("."), warnings };

  function warnThousands(read: typeof columns): void {
    const doubtful = read.filter((c) => c.dots > 0 && c.grouped === 0 && c.point === 0);
    if (doubtful.length === 0) return;
    const [example = ""] = doubtful.map((c) => c.examples.dots);
    warnings.push(
      `${listed(doubtful)} of ${path}: the dot in "${example}" is read as one between thousands (${example.replaceAll(".", "")}), as in numbers with ` +
        `a decimal comma`,
    );
  }
}

interface Tally {
  /** Values that only make sense with a decimal comma, only with a decimal point, or with a comma that may part thousands. */
  readonly comma: number;
  readonly point: number;
  readonly either: number;
  /** `1.234`, a point or thousands; and values whose dots part thousands without a doubt. */
  readonly dots: number;
  readonly grouped: number;
  /** True where commas part thousands without a doubt. */
  readonly english: boolean;
  readonly examples: { readonly comma: string; readonly point: string; readonly dots: string };
}

/** Counts the forms in a column of numbers; all zero for another column. */
function tally(values: readonly string[]): Tally {
  const counts = { comma: 0, point: 0, either: 0, dots: 0, grouped: 0, english: false };
  const examples = { comma: "", point: "", dots: "" };
  let present = 0;
  let numbers = 0;
  for (const value of values) {
    const text = value.replace(OUTER, "");
    if (MISSING_WORDS.includes(text.toLowerCase())) continue;
    present++;
    const [point, comma] = [POINT.test(text), COMMA.test(text)];
    if (THOUSANDS_COMMA.test(text)) counts.english = true;
    if (!point && !comma) continue;
    numbers++;
    if (point && comma) {
      if (text.includes(".")) {
        counts.dots++;
        examples.dots ||= text;
      }
    } else if (point) {
      counts.point++;
      examples.point ||= text;
    } else {
      if (text.includes(".")) counts.grouped++;
      if (!text.includes(",")) continue;
      if (EITHER_COMMA.test(text)) counts.either++;
      else counts.comma++;
      examples.comma ||= text;
    }
  }
  return numbers > 0 && numbers >= present * MOST
    ? { ...counts, examples }
    : { comma: 0, point: 0, either: 0, dots: 0, grouped: 0, english: counts.english, examples };
}

function listed(columns: readonly { readonly name: string }[]): string {
  const names = columns
    .slice(0, 3)
    .map((c) => `"${c.name}"`)
    .join(", ");
  return `column${columns.length === 1 ? "" : "s"} ${names}${columns.length > 3 ? " and others" : ""}`;
}
