import pc from "picocolors";
import type { ErrorRecord } from "../base/errors.js";
import { shorten, table } from "./format.js";

/** What of a terminal or a pipe is used. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Where a command's words go: JSON lines on stdout for programs, or text for people. */
export interface Output {
  readonly json: boolean;
  /** Whether lines for people go to a terminal, where one that changes says more than many. */
  readonly terminal: boolean;
  readonly paint: Pick<ReturnType<typeof pc.createColors>, "bold" | "dim" | "green" | "red" | "yellow">;
  /** An event or result: one JSON line, or nothing where `line` says it better. */
  event(value: object): void;
  /** A line for people; goes to stderr when stdout is for JSON. */
  line(text?: string): void;
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** The terminal's last line, which the next words overwrite; not shown in a pipe. */
  transient(text: string): void;
  error(error: ErrorRecord): void;
}

/** @param streams the process's own, unless a test looks on. */
export function createOutput(json: boolean, { stdout, stderr }: { readonly stdout: Stream; readonly stderr: Stream } = process): Output {
  const people = json ? stderr : stdout;
  const colors = (stream: Stream) => pc.createColors(stream.isTTY === true && process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb");
  const paint = colors(people);
  let pending = false;
  const clear = () => {
    if (pending) stderr.write("\r\u001b[K");
    pending = false;
  };
  const line = (text = "") => {
    clear();
    people.write(`${text}\n`);
  };
  return {
    json, line, paint,
    terminal: people.isTTY === true,
    event: (value) => {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    table: (head, rows) => {
      const [first = "", ...rest] = table(head, rows);
      for (const text of [paint.bold(first), ...rest]) line(text);
    },
    transient: (text) => {
      if (stderr.isTTY !== true) return;
      // Longer than the terminal is wide it would wrap, and only its last part be cleared. A terminal that does not know its width says 0.
      stderr.write(`\r\u001b[K${colors(stderr).dim(shorten(text, (stderr.columns || 80) - 1))}`);
      pending = true;
    },
    error: (error) => {
      clear();
      if (json) stdout.write(`${JSON.stringify({ event: "error", ...error })}\n`);
      // A project with several mistakes has a line for each.
      for (const text of error.message.trim().split(/\n+/)) stderr.write(`${colors(stderr).red("error:")} ${text}\n`);
    },
  };
}
