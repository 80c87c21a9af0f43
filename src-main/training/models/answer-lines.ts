import { type CsvLines, csvLines } from "../../base/csv.js";

/** Where lines go. */
interface Target {
  write(text: string): void;
  drained(): Promise<void>;
}

/**
 * A CSV of answers that grows line by line. Of pictures the lines are kept until the end: only then is it known whether there is a column of errors, and those
 * stand among the others.
 */
export class AnswerLines {
  readonly #file: Target;
  readonly #head: readonly string[];
  readonly #lines: CsvLines;
  readonly #kept: { readonly row: number; readonly cells: string; readonly error: string }[] | undefined;

  /** @param kept whether there may be errors. */
  constructor(file: Target, head: readonly string[], { kept, spreadsheet }: { readonly kept: boolean; readonly spreadsheet: boolean }) {
    this.#file = file;
    this.#head = head;
    this.#lines = csvLines({ spreadsheet, end: "" });
    this.#kept = kept ? [] : undefined;
    if (!kept) file.write(`${this.#lines.line(head)}\n`);
  }

  /** Cells so far that a spreadsheet would take for formulas. */
  get formulas(): number {
    return this.#lines.formulas;
  }

  /** @param row its number, from 1. */
  add(row: number, cells: readonly string[]): void {
    const line = this.#lines.line(cells);
    if (this.#kept) this.#kept.push({ row, cells: line, error: "" });
    else this.#file.write(`${line}\n`);
  }

  /** A row without an answer. */
  fail(row: number, sample: string, error: string): void {
    this.#kept?.push({ row, cells: this.#lines.line([sample, ...this.#head.slice(1).map(() => "")]), error });
  }

  /** Writes what was kept. @returns the columns, with the one of errors where there are any. */
  async finish(): Promise<readonly string[]> {
    if (!this.#kept) return this.#head;
    const failed = this.#kept.some(({ error }) => error !== "");
    const head = failed ? [...this.#head, this.#head.includes("error") ? "picture error" : "error"] : this.#head;
    this.#file.write(`${this.#lines.line(head)}\n`);
    for (const { cells, error } of this.#kept.sort((a, b) => a.row - b.row)) {
      this.#file.write(failed ? `${cells},${this.#lines.line([error])}\n` : `${cells}\n`);
      await this.#file.drained();
    }
    return head;
  }
}
