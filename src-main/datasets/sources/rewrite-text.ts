import { createWriteStream } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isComment, isOpen, quoteCounter } from "./csv-comments.js";
import type { Dialect } from "./csv-dialect.js";
import { BLANKS, splitRecords } from "./csv-records.js";
import { copyPath, openBytes, unreadable } from "./text-file.js";

/** A text that DuckDB can read as it is, and how. */
export interface PlainText {
  readonly path: string;
  readonly dialect: Dialect;
  /** Comment lines dropped. */
  readonly comments: number;
}

/** Whether DuckDB cannot read a text as it is: it knows no comments of two letters, none in the middle, and no columns that several blanks part. */
export function mustBeRewritten({ delimiter, comments, comment }: Dialect): boolean {
  return delimiter === BLANKS || comments > 0 || comment !== undefined;
}

/** Copies a text without comments and without what stands above the table; blanks between columns become tabs. @throws LatheError `data.unreadable` */
export async function rewriteText(path: string, dialect: Dialect, workFolder: string): Promise<PlainText> {
  const target = copyPath(workFolder, "plain", "txt");
  const { delimiter, quote, escape, comment, skip, titleLines } = dialect;
  const isQuoted = quoteCounter(quote);
  let [comments, titles, line] = [0, 0, 0];
  let waiting = "";
  async function* rewritten(): AsyncGenerator<string, void, void> {
    for await (const lines of linesFrom(path)) {
      let out = "";
      for (const text of lines) {
        if (line++ < skip) continue;
        const quoted = isQuoted(text);
        if (comment !== undefined && isComment({ text, quoted }, comment)) comments++;
        else if (titles < titleLines) titles++;
        else if (delimiter !== BLANKS) out += `${text}\n`;
        else {
          waiting = quoted ? `${waiting}\n${text}` : text;
          // The next line tells whether the quotes close.
          if (isOpen(waiting, quote)) continue;
          const [record] = splitRecords(waiting, true, { delimiter, quote, escape }, 1);
          waiting = "";
          if (record) out += `${record.fields.map(asField).join("\t")}\n`;
        }
      }
      if (out !== "") yield out;
    }
    if (waiting !== "") yield `${waiting}\n`;
  }
  await pipeline(Readable.from(rewritten()), createWriteStream(target)).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const plain = { ...dialect, skip: 0, titleLines: 0 };
  return { path: target, comments, dialect: delimiter === BLANKS ? { ...plain, delimiter: "\t", quote: '"', escape: '"' } : plain };
}

function asField(field: string): string {
  return /["\t\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** The lines of a UTF-8 text, some at a time; CR, LF and CR LF end one. */
async function* linesFrom(path: string): AsyncGenerator<readonly string[], void, void> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let started = false;
  for await (const bytes of openBytes(path)) {
    let text = rest + decoder.write(bytes as Buffer);
    if (!started && text.startsWith("\ufeff")) text = text.slice(1);
    started = true;
    // A CR at the end waits for the LF that may follow.
    const lines = text.split(text.endsWith("\r") ? /\r\n|\n|\r(?!$)/ : /\r\n|\n|\r/);
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
  }
  rest += decoder.end();
  if (rest !== "") yield [rest.replace(/\r$/, "")];
}
