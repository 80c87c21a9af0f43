import { open } from "node:fs/promises";
import { LatheError } from "../../base/errors.js";
import { readBytes } from "../../base/read-bytes.js";
import { isGzipped, unreadable } from "./text-file.js";

/** A kind of file that is no table we read, or has another name: what it is, and what to do. */
interface Kind {
  readonly what: string;
  readonly remedy: string;
}

const UNPACK: Kind["remedy"] = "unpack it first";
const PANDAS = "write it as Parquet or CSV, in pandas with to_parquet or to_csv";

/** By the first bytes. */
const MAGIC: readonly (readonly [start: string, kind: Kind])[] = [
  ["\x1f\x8b", { what: "gzipped", remedy: "give it a name that ends in .gz" }],
  ["PK\x03\x04", { what: "a spreadsheet or another zip archive", remedy: "give it its own ending, such as .xlsx, or unpack it" }],
  ["PK\x05\x06", { what: "an empty zip archive", remedy: "choose another file" }],
  ["\xd0\xcf\x11\xe0", { what: "an old Excel spreadsheet, or one with a password", remedy: "save it as .xlsx without a password, or as CSV" }],
  ["PAR1", { what: "Parquet", remedy: "give it a name that ends in .parquet" }],
  ["ARROW1", { what: "a Feather or Arrow file", remedy: PANDAS }],
  ["FEA1", { what: "an old Feather file", remedy: PANDAS }],
  ["BZh", { what: "packed with bzip2", remedy: UNPACK }],
  ["\xfd7zXZ", { what: "packed with xz", remedy: UNPACK }],
  ["\x28\xb5\x2f\xfd", { what: "packed with zstd", remedy: UNPACK }],
  ["7z\xbc\xaf", { what: "a 7z archive", remedy: UNPACK }],
  ["Rar!", { what: "a rar archive", remedy: UNPACK }],
  ["%PDF", { what: "a PDF", remedy: "find the table as CSV where it comes from" }],
  ["SQLite format 3", { what: "an SQLite database", remedy: "export the table as CSV" }],
  ["\x89HDF", { what: "an HDF5 file", remedy: PANDAS }],
  ["\x93NUMPY", { what: "a NumPy array", remedy: "write it as CSV, with numpy.savetxt" }],
  ["ORC", { what: "ORC", remedy: PANDAS }],
  ["Obj\x01", { what: "Avro", remedy: PANDAS }],
  ["$FL2", { what: "an SPSS file", remedy: "save it as CSV" }],
  ["<stata_dta>", { what: "a Stata file", remedy: "save it as CSV" }],
  ["RDX", { what: "an R data file", remedy: "write the table with write.csv" }],
  ["RDA", { what: "an R data file", remedy: "write the table with write.csv" }],
];

/** By ending, where the first bytes say nothing. */
const ENDINGS: readonly (readonly [ending: RegExp, kind: Kind])[] = [
  [/\.(xls|xlsb)$/i, { what: "an old or binary Excel spreadsheet", remedy: "save it as .xlsx or CSV" }],
  [/\.(ods|numbers)$/i, { what: "a spreadsheet of another program than Excel", remedy: "save it as .xlsx or CSV" }],
  [/\.(feather|arrow|ipc)$/i, { what: "a Feather or Arrow file", remedy: PANDAS }],
  [/\.(pkl|pickle)$/i, { what: "a Python pickle, which may run code when it is opened", remedy: PANDAS }],
  [/\.(rds|rda|rdata)(\.gz)?$/i, { what: "an R data file", remedy: "write the table with write.csv" }],
  [/\.(sas7bdat|xpt|dta|sav)$/i, { what: "a file of SAS, Stata or SPSS", remedy: "save it as CSV" }],
  [/\.(zip|7z|rar|tar|tgz|bz2|xz|zst)$/i, { what: "an archive by its name", remedy: UNPACK }],
  [
    /\.arff(\.gz)?$/i,
    { what: "an ARFF file", remedy: "take the lines above @data away, write the attributes' names as a header instead, and save it as .csv" },
  ],
];

/** What the name promises. */
export type Promised = "delimited text" | "Parquet" | "JSON" | "an Excel workbook";

/** What a file that is not gzipped begins with. */
export async function startOf(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const bytes = Buffer.alloc(1024);
      return bytes.subarray(0, await readBytes(file, bytes, 0));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * Refuses a file that is something else than its name promises, or nothing that is read, by its name and its first bytes.
 * @throws LatheError `data.unreadable`
 */
export function refuseOther(path: string, start: Buffer, promised: Promised): void {
  const text = start.toString("latin1");
  const gzipped = isGzipped(path);
  const skipped = (magic: string) =>
    (magic === "PAR1" && promised === "Parquet") || (magic.startsWith("PK\x03") && promised === "an Excel workbook") || (magic.startsWith("\x1f") && gzipped);
  // A header may begin with the letters of a magic number; what follows then is text.
  const [magic = "", found] = (isText(start) ? undefined : MAGIC.find(([m]) => text.startsWith(m))) ?? [];
  const named = ENDINGS.find(([ending]) => ending.test(path))?.[1];
  if (found && !skipped(magic)) throw refused(path, found.what, promised, found.remedy);
  if (named) throw new LatheError("data.unreadable", `${path} is ${named.what}, expected CSV, TSV, Parquet, JSON or .xlsx; ${named.remedy}`, { path });
  if (promised !== "JSON" && /^(\xef\xbb\xbf)?\s*<(!doctype|html|head|body)\b/i.test(text))
    throw refused(path, "a web page (HTML)", promised, "it is perhaps a page that asks to sign in, in place of the download: download the file itself");
  if (promised === "Parquet" && !text.startsWith("PAR1"))
    throw refused(path, "no Parquet file", promised, isText(start) ? "it begins like text: give it a name that ends in .csv or .json" : "write it again");
  if (promised === "an Excel workbook" && !text.startsWith("PK\x03\x04"))
    throw refused(path, "no Excel workbook", promised, isText(start) ? "it begins like text: give it a name that ends in .csv" : "save it again");
}

function refused(path: string, what: string, promised: Promised, remedy: string): LatheError {
  return new LatheError("data.unreadable", `${path} is ${what}, expected ${promised} by its name; ${remedy}`, { path });
}

function isText(start: Buffer): boolean {
  return start.length > 0 && start.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}
