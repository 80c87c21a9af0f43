import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LatheError } from "../../base/errors.js";
import { MOST_NESTED } from "../../base/nesting.js";
import { copyPath, openBytes, unreadable } from "./text-file.js";

const [QUOTE, BACKSLASH, NEWLINE, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT, COLON] = [34, 92, 10, 91, 93, 123, 125, 58];
const MOST_KEY = 200;
/** What lists of rows are called, where there are several lists. */
const USUAL = ["data", "rows", "records", "items", "results"];

/** A list in the file's one object. */
interface List {
  readonly key: string;
  /** Where it begins and ends, in bytes. */
  readonly from: number;
  readonly to: number;
  readonly ofObjects: boolean;
}

/** What a JSON file is made of. */
interface Outline {
  /** Values that stand one after the other. */
  readonly values: number;
  readonly lists: readonly List[];
  /** Keys of the first object, and those of them whose values are objects. */
  readonly keys: number;
  readonly objects: number;
}

/** Where the rows are. */
export interface JsonRows {
  /** The file itself, or a copy of the list in it. */
  readonly path: string;
  readonly warnings: readonly string[];
}

/**
 * Finds the rows of a JSON file: a list of objects, objects one after the other, or the list in its one object, as in `{"data": […]}`, which is copied.
 * @throws LatheError `data.unreadable` for JSON of so many levels that DuckDB, which follows them by calling itself, would run out of stack and take the
 * process along; for columns in place of rows.
 */
export async function findJsonRows(path: string, workFolder: string): Promise<JsonRows> {
  const { values, lists, keys, objects } = await outline(path);
  if (values !== 1 || keys === 0) return { path, warnings: [] };
  const ofRows = lists.filter(({ ofObjects }) => ofObjects);
  const rows = ofRows.length === 1 ? ofRows[0] : ofRows.find(({ key }) => USUAL.includes(key.toLowerCase()));
  if (rows) {
    const target = copyPath(workFolder, "rows", "json");
    await pipeline(Readable.from(between(path, rows.from, rows.to)), createWriteStream(target)).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    return {
      path: target,
      warnings: keys > 1 ? [`the rows of ${path} are those under "${rows.key}"; its other ${keys === 2 ? "key is" : `${keys - 1} keys are`} excluded`] : [],
    };
  }
  if (ofRows.length > 1) {
    const called = ofRows.map(({ key }) => `"${key}"`).join(", ");
    throw new LatheError(
      "data.unreadable",
      `${path} holds several lists of rows, under ${called}, expected one; save the one that is meant as a file of its own`,
      { path },
    );
  }
  if (lists.length + objects < keys) return { path, warnings: [] };
  throw new LatheError(
    "data.unreadable",
    `${path} holds a list or an object for each column, expected one for each row: [{"a": 1, …}, …]; in pandas write it with to_json(…, orient="records")`,
    { path },
  );
}

async function outline(path: string): Promise<Outline> {
  let [depth, quoted, escaped, position] = [0, false, false, 0];
  let [values, keys, objects] = [0, 0, 0];
  let key: number[] = [];
  let list: { readonly key: string; readonly from: number; ofObjects: boolean | undefined } | undefined;
  const lists: List[] = [];
  const ofFirst = () => values === 1 && depth === 1;
  try {
    for await (const part of openBytes(path)) {
      for (const byte of part as Buffer) {
        // No text continues over a line's end: one that is not closed hides nothing of the next record.
        if (byte === NEWLINE) [quoted, escaped] = [false, false];
        else if (escaped) escaped = false;
        else if (quoted) {
          if (byte === QUOTE) quoted = false;
          else if (byte === BACKSLASH) escaped = true;
          else if (depth === 1 && values === 1 && key.length < MOST_KEY) key.push(byte);
        } else if (byte === QUOTE) {
          quoted = true;
          if (depth === 1) key = [];
        } else if (byte === COLON && ofFirst()) keys++;
        else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
          if (depth === 0) values++;
          else if (ofFirst() && keys > 0) {
            if (byte === OPEN_LIST) list = { key: Buffer.from(key).toString("utf8"), from: position, ofObjects: undefined };
            else objects++;
          } else if (list && depth === 2 && list.ofObjects === undefined) list.ofObjects = byte === OPEN_OBJECT;
          if (++depth > MOST_NESTED)
            throw new LatheError(
              "data.unreadable",
              `${path} cannot be read as JSON: it has lists or objects in one another, more than ${MOST_NESTED} levels deep; expected rows of texts ` +
                `and numbers`,
              { path },
            );
        } else if ((byte === CLOSE_LIST || byte === CLOSE_OBJECT) && depth > 0) {
          depth--;
          if (depth === 1 && list) {
            lists.push({ key: list.key, from: list.from, to: position + 1, ofObjects: list.ofObjects === true });
            list = undefined;
          }
        }
        position++;
      }
    }
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
  return { values, lists, keys, objects };
}

/** The bytes of a file from one place to before another. */
async function* between(path: string, from: number, to: number): AsyncGenerator<Buffer, void, void> {
  let position = 0;
  for await (const part of openBytes(path)) {
    const bytes = part as Buffer;
    const wanted = bytes.subarray(Math.max(0, from - position), Math.max(0, to - position));
    if (wanted.length > 0) yield wanted;
    position += bytes.length;
    if (position >= to) return;
  }
}
