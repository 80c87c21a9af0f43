import { LatheError } from "./errors.js";
import type { JsonBounds } from "./json-bounds.js";
import { readOwnText, readOwnTextSync } from "./own-files.js";

/** What a file of Lathe's own says. @throws as `readOwnText`; LatheError `project.unsafe` for one that holds too much; a SyntaxError */
export async function readOwnJson(path: string, bounds: JsonBounds): Promise<unknown> {
  return parse(path, await readOwnText(path, bounds.bytes), bounds);
}

/** The same at once. */
export function readOwnJsonSync(path: string, bounds: JsonBounds): unknown {
  return parse(path, readOwnTextSync(path, bounds.bytes), bounds);
}

function parse(path: string, text: string, { values }: JsonBounds): unknown {
  refuseCrowd(text, values, path);
  return JSON.parse(text);
}

/** @throws LatheError `project.unsafe` for a text with more values than that; commas within texts count too. */
export function refuseCrowd(text: string, most: number, path: string): void {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text.charCodeAt(i);
    if (letter === COMMA || letter === BRACKET || letter === BRACE) count++;
  }
  if (count > most)
    throw new LatheError(
      "project.unsafe",
      `${path} holds about ${count.toLocaleString("en")} values, expected at most ${most.toLocaleString("en")}; it was not written by Lathe, or is damaged`,
      { path },
    );
}

const [COMMA, BRACKET, BRACE] = [",", "[", "{"].map((letter) => letter.charCodeAt(0));
