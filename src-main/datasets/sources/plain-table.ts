import { type CsvOptions } from "./csv.js";
import { sniffDialect } from "./csv-dialect.js";
import { BLANKS } from "./csv-records.js";
import { sniffDecimals } from "./decimal.js";
import { openText } from "./text-file.js";

/** How another program reads a delimited text. */
interface PlainTable {
  readonly delimiter: string;
  readonly quote: string;
  readonly encoding: string;
  /** Lines above the header. */
  readonly skip: number;
  readonly decimal: "," | ".";
}

/**
 * How a table is read by a program that knows a delimiter, a quote, an encoding, lines to skip and a header; or, as a sentence continues, why none can.
 * @param path absolute @param workFolder for a copy, where it is not UTF-8 @throws LatheError `data.unreadable`
 */
export async function describePlainTable(path: string, options: CsvOptions, workFolder: string): Promise<PlainTable | string> {
  if (!/\.(csv|tsv|txt)$/i.test(path)) return `${path} is no delimited text`;
  const text = await openText(path, options.encoding, workFolder);
  const tabs = /\.tsv$/i.test(path) ? "\t" : undefined;
  const { delimiter, quote, escape, names, hasHeader, skip, titleLines, comments, namesBehindComment, rowNames, sample } = sniffDialect(text.head, text.whole, {
    ...options,
    delimiter: options.delimiter ?? tabs,
  });
  if (comments > 0 || namesBehindComment) return `${path} has lines that are comments`;
  if (titleLines > 0) return `${path} has a title above its header`;
  if (!hasHeader) return `${path} has no header`;
  if (rowNames) return `the rows of ${path} begin with a name that has no header`;
  if (delimiter === BLANKS) return `blanks part the columns of ${path}`;
  if (quote.length !== 1 || escape !== quote) return `quotes in texts of ${path} are not written twice`;
  const given = options.decimal;
  const decimals = given === undefined ? sniffDecimals({ path, delimiter, names, records: sample, likely: options.likely }).columns : [given];
  const [decimal = ".", ...others] = new Set(decimals);
  if (others.length > 0) return `some columns of ${path} have decimal commas and others decimal points`;
  return { delimiter, quote, encoding: text.encoding === "utf-8" ? "utf-8-sig" : text.encoding, skip, decimal };
}
