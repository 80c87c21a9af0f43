import { LatheError } from "../../base/errors.js";
import { MOST_NESTED } from "../../base/nesting.js";
import { openBytes, unreadable } from "./text-file.js";

const [QUOTE, BACKSLASH, NEWLINE, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 10, 91, 93, 123, 125];

/**
 * Refuses JSON of so many levels that DuckDB, which follows them by calling itself, would run out of stack and take the process along.
 * @throws LatheError `data.unreadable`
 */
export async function refuseDeepJson(path: string): Promise<void> {
  let [depth, quoted, escaped] = [0, false, false];
  try {
    for await (const part of openBytes(path)) {
      const bytes = part as Buffer;
      for (const byte of bytes) {
        // No text continues over a line's end: one that is not closed hides nothing of the next record.
        if (byte === NEWLINE) [quoted, escaped] = [false, false];
        else if (escaped) escaped = false;
        else if (quoted) {
          if (byte === QUOTE) quoted = false;
          else if (byte === BACKSLASH) escaped = true;
        } else if (byte === QUOTE) quoted = true;
        else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
          if (++depth > MOST_NESTED)
            throw new LatheError(
              "data.unreadable",
              `${path} cannot be read as JSON: it has lists or objects in one another, more than ${MOST_NESTED} levels deep; expected rows of texts ` +
                `and numbers`,
              { path },
            );
        } else if ((byte === CLOSE_LIST || byte === CLOSE_OBJECT) && depth > 0) depth--;
      }
    }
  } catch (thrown) {
    throw thrown instanceof LatheError ? thrown : unreadable(path, thrown);
  }
}
