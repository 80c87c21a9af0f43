import { styleText } from "node:util";
import type { ErrorRecord } from "../base/errors.js";
import { visible, visibleJson } from "../base/visible.mjs";
import { shorten, table } from "./format.js";

/** What of a terminal or a pipe is used. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Words in a colour of ours. Colours are kept apart from the words: those may hold a name from anywhere, and colours of its own would be sent with it. */
interface Painted {
  readonly words: string;
  readonly color: Color;
}

export type Words = string | Painted;

const COLORS = ["bold", "dim", "green", "red", "yellow"] as const;
type Color = (typeof COLORS)[number];

/**
 * Where a command's words go: JSON lines on stdout for programs, or text for people. Names of columns, classes, files and layers come from strangers' files:
 * what a terminal would obey in them is shown as `\x1b` and the like, here and for every command.
 */
export interface Output {
  readonly json: boolean;
  /** Whether lines for people go to a terminal, where one that changes says more than many. */
  readonly terminal: boolean;
  readonly paint: Readonly<Record<Color, (words: string) => Painted>>;
  /** An event or result: one JSON line, or nothing where `line` says it better. */
  event(value: object): void;
  /** A line for people, of words one after the other; goes to stderr when stdout is for JSON. */
  line(...words: readonly Words[]): void;
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** The terminal's last line, which the next words overwrite; not shown in a pipe. */
  transient(text: string): void;
  error(error: ErrorRecord): void;
}

/** @param streams the process's own, unless a test looks on. */
export function createOutput(json: boolean, { stdout, stderr }: { readonly stdout: Stream; readonly stderr: Stream } = process): Output {
  const people = json ? stderr : stdout;
  // Node asks the process's own streams and FORCE_COLOR; here the stream counts that the words go to.
  const colored = (stream: Stream, color: Color, words: string) =>
    stream.isTTY === true && process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb"
      ? styleText(color, words, { validateStream: false })
      : words;
  const paint = Object.fromEntries(COLORS.map((color) => [color, (words: string): Painted => ({ words, color })])) as Output["paint"];
  let pending = false;
  const clear = () => {
    if (pending) stderr.write("\r\u001b[K");
    pending = false;
  };
  const line = (...words: readonly Words[]) => {
    clear();
    people.write(`${words.map((some) => (typeof some === "string" ? visible(some) : colored(people, some.color, visible(some.words)))).join("")}\n`);
  };
  return {
    json,
    line,
    paint,
    terminal: people.isTTY === true,
    event: (value) => {
      if (json) stdout.write(`${visibleJson(JSON.stringify(value))}\n`);
    },
    table: (head, rows) => {
      const [first = "", ...rest] = table(head, rows);
      line(paint.bold(first));
      for (const text of rest) line(text);
    },
    transient: (text) => {
      if (stderr.isTTY !== true) return;
      // Longer than the terminal is wide it would wrap, and only its last part be cleared. A terminal that does not know its width says 0.
      stderr.write(`\r\u001b[K${colored(stderr, "dim", shorten(visible(text), (stderr.columns || 80) - 1))}`);
      pending = true;
    },
    error: (error) => {
      clear();
      if (json) stdout.write(`${visibleJson(JSON.stringify({ event: "error", ...error }))}\n`);
      // A project with several mistakes has a line for each.
      for (const text of error.message.trim().split(/\n+/)) stderr.write(`${colored(stderr, "red", "error:")} ${visible(text)}\n`);
    },
  };
}
