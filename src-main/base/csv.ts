/**
 * A cell that a spreadsheet works out as a formula: these first characters, in their wide forms too, and the blanks that it skips before them. OWASP, "CSV
 * injection".
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** What `String` makes of a number, and the signs that people write before one. It is no formula, and an apostrophe would make it a text. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|^-Infinity$/;

/** Whether a spreadsheet would work a cell out instead of showing it: a class or a file called `=HYPERLINK(…)`, but not the number -1.5. */
export function isFormula(cell: string): boolean {
  return FORMULA.test(cell) && !NUMBER.test(cell);
}

/** Lines of a CSV file (RFC 4180). */
export interface CsvLines {
  /** A line, with its end. */
  line(cells: readonly string[]): string;
  /** Cells so far that a spreadsheet would take for formulas. */
  readonly formulas: number;
}

export interface CsvOptions {
  /**
   * For a person who opens it in a spreadsheet: an apostrophe before each cell that would be taken for a formula, so that it is shown as text. Programs
   * that read the file get the apostrophe too; by default every cell is exact. Quotes alone do not help: a spreadsheet takes them off first.
   */
  readonly spreadsheet?: boolean;
  readonly end?: "\n" | "\r\n" | "";
}

export function csvLines({ spreadsheet = false, end = "\n" }: CsvOptions = {}): CsvLines {
  let formulas = 0;
  const written = (cell: string): string => {
    if (!isFormula(cell)) return quoted(cell);
    formulas++;
    return quoted(spreadsheet ? `'${cell}` : cell);
  };
  return {
    line: (cells) => `${cells.map(written).join(",")}${end}`,
    get formulas() {
      return formulas;
    },
  };
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
