import { attribute, elements, textsIn, unescapeXml } from "./xml.js";

/** What the cells of a workbook refer to. */
export interface Shared {
  readonly strings: readonly string[];
  /** By style: what its number shows. */
  readonly times: readonly boolean[];
  /** Days count from 1904, as on old Macs. */
  readonly from1904: boolean;
}

export interface Row {
  /** From 1, as the sheet numbers it. */
  readonly number: number;
  /** By column from 0; without empty ones. */
  readonly cells: ReadonlyMap<number, string>;
  /** Cells that hold an error, such as #N/A: they count as missing. */
  readonly errors: number;
  /** Formulas whose result the file does not hold. */
  readonly unsolved: number;
}

/** Built-in number formats of dates and times (ECMA-376 part 1, 18.8.30). */
const BUILT_IN_TIMES: ReadonlySet<number> = new Set([
  14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55, 56, 57, 58,
]);

/** Which styles show a time. @param styles the text of styles.xml */
export function timesIn(styles: string): readonly boolean[] {
  const custom = new Map<number, boolean>();
  for (const { start } of elements(styles, "numFmt")) custom.set(Number(attribute(start, "numFmtId")), showsTime(attribute(start, "formatCode") ?? ""));
  const [formats] = elements(styles, "cellXfs");
  return [...elements(formats?.inner ?? "", "xf")].map(({ start }) => {
    const id = Number(attribute(start, "numFmtId") ?? 0);
    return custom.get(id) ?? BUILT_IN_TIMES.has(id);
  });
}

/** Letters of a date outside quotes, brackets and escapes. */
function showsTime(code: string): boolean {
  const [positive = ""] = code.split(";");
  return /[ymdhs]/i.test(positive.replace(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, "").replace(/general/gi, ""));
}

/** A row of a sheet. */
export function rowOf(start: string, inner: string, before: number, shared: Shared): Row {
  const cells = new Map<number, string>();
  let [next, errors, unsolved] = [0, 0, 0];
  for (const cell of elements(inner, "c")) {
    const reference = attribute(cell.start, "r");
    const column = reference === undefined ? next : columnOf(reference);
    next = column + 1;
    const type = attribute(cell.start, "t");
    const [value] = elements(cell.inner, "v");
    if (type === "e") errors++;
    else if (value === undefined && /<(?:\w+:)?f[\s/>]/.test(cell.inner)) unsolved++;
    else {
      const text = textOf(cell.inner, value && unescapeXml(value.inner), type, Number(attribute(cell.start, "s") ?? 0), shared);
      if (text.trim() !== "") cells.set(column, text);
    }
  }
  const number = Number(attribute(start, "r"));
  return { number: Number.isInteger(number) && number > before ? number : before + 1, cells, errors, unsolved };
}

function textOf(inner: string, value: string | undefined, type: string | undefined, style: number, { strings, times, from1904 }: Shared): string {
  if (type === "inlineStr") return textsIn(inner);
  if (value === undefined) return "";
  switch (type) {
    case "s":
      return strings[Number(value)] ?? "";
    case "b":
      return value.trim() === "1" ? "TRUE" : "FALSE";
    case "str":
      return value;
    case "d":
      return value.replace("T", " ");
    default:
      return times[style] && value.trim() !== "" ? timeOf(Number(value), from1904) : value.trim();
  }
}

/** `AB12` is column 27. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of /^[A-Z]{1,3}/i.exec(reference)?.[0].toUpperCase() ?? "A") column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

const DAY = 86_400_000;

/** Days since the end of 1899 as a date, a time, or both. Excel knows a 29 February 1900, which never was. */
function timeOf(days: number, from1904: boolean): string {
  const whole = from1904 ? days + 1462 : days < 60 ? days + 1 : days;
  const time = new Date(Math.round(((whole - 25_569) * DAY) / 1000) * 1000);
  if (Number.isNaN(time.getTime())) return String(days);
  const [date = "", clock = ""] = time.toISOString().slice(0, 19).split("T");
  if (days >= 0 && days < 1 && !from1904) return clock;
  return clock === "00:00:00" ? date : `${date} ${clock}`;
}
