import { MOST_NESTED } from "../base/nesting.js";
import { LatheError } from "../base/errors.js";
import { JSON_BOUNDS } from "../base/json-bounds.js";
import { refuseCrowd } from "../base/own-json.js";

/**
 * Parses plain JSON.
 * @param file how a message names the file.
 * @throws LatheError `project.unsafe` for one that holds too much; `project.invalid` with line, column, what stands there and what JSON wants there; keys given
 * twice are an error too.
 */
export function parseJson(text: string, file: string): unknown {
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  refuseCrowd(source, JSON_BOUNDS.document.values, file);
  const mistake = findMistake(source);
  if (mistake === undefined) return JSON.parse(source);
  const before = source.slice(0, mistake.at).split("\n");
  const line = before.length;
  const column = (before[line - 1]?.length ?? 0) + 1;
  throw new LatheError("project.invalid", `${file}: line ${line}, column ${column}: ${mistake.message}`, { file, line, column });
}

interface Mistake {
  readonly at: number;
  readonly message: string;
}

class Stop extends Error {
  constructor(readonly mistake: Mistake) {
    super(mistake.message);
  }
}

/** RFC 8259, only to say where and why a text is not JSON: engines word that differently, and some give no position. */
function findMistake(text: string): Mistake | undefined {
  let [at, depth] = [0, 0];
  const stop = (expected: string, from = at): never => {
    const next = text[from];
    const got = next === undefined ? "the end of the file" : /^\/[/*]/.test(text.slice(from, from + 2)) ? "a comment" : show(text.slice(from));
    throw new Stop({ at: from, message: `got ${got}, expected ${expected}${got === "a comment" ? " (JSON has no comments)" : ""}` });
  };
  const skip = () => {
    for (let next = text[at]; next === " " || next === "\n" || next === "\t" || next === "\r"; next = text[at]) at++;
  };
  const string = (): string => {
    const start = at;
    // Piece by piece: one expression for the whole runs out of stack at some million letters.
    for (let next = afterLetters(text, at + 1); ; next = afterLetters(text, next)) {
      if (text[next] === '"') {
        at = next + 1;
        return String(JSON.parse(text.slice(start, at)));
      }
      const escape = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(next, next + 6));
      if (!escape) throw new Stop({ at, message: `got ${show(text.slice(at))}, expected a text that ends with " on the same line, with \\\\ for a backslash` });
      next += escape[0].length;
    }
  };
  const list = (end: string, item: () => void) => {
    if (++depth > MOST_NESTED) throw new Stop({ at, message: `got more than ${MOST_NESTED} brackets that are open at once, expected fewer` });
    at++;
    skip();
    if (text[at] === end) {
      depth--;
      at++;
      return;
    }
    for (;;) {
      item();
      skip();
      if (text[at] === end) break;
      if (text[at] !== ",") stop(`a comma or ${end}`);
      const comma = at++;
      skip();
      if (text[at] === end) throw new Stop({ at: comma, message: `got a comma before ${end}, expected none after the last item` });
    }
    depth--;
    at++;
  };
  const value = () => {
    skip();
    const next = text[at];
    if (next === "{") {
      const keys = new Set<string>();
      list("}", () => {
        if (text[at] !== '"') stop('a key in "double quotes"');
        const start = at;
        const key = string();
        if (keys.has(key)) throw new Stop({ at: start, message: `got the key "${key}" a second time in the same object, expected it once` });
        keys.add(key);
        skip();
        if (text[at] !== ":") stop(`a colon after "${key}"`);
        at++;
        value();
      });
    } else if (next === "[") list("]", value);
    else if (next === '"') string();
    else {
      const match = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/.exec(text.slice(at, at + 400));
      if (!match) stop('a value: a "text", a number, true, false, null, [ or {');
      else at += match[0].length;
    }
  };
  try {
    value();
    skip();
    if (at < text.length) stop("the end of the file");
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Stop) return thrown.mistake;
    throw thrown;
  }
}

/** Where a text ends, or has a letter that JSON does not take as it is. */
function afterLetters(text: string, from: number): number {
  const special = /["\\\u0000-\u001f]/g;
  special.lastIndex = from;
  return special.exec(text)?.index ?? text.length;
}

function show(rest: string): string {
  const word = /^[\w.+-]+/.exec(rest.slice(0, 100))?.[0] ?? rest.slice(0, 1);
  return word.length > 20 ? `${word.slice(0, 20)}...` : word;
}

/** JSON as people write it: what fits on a line of `width` characters stays on one. */
export function formatJson(value: unknown, width = 120, indent = ""): string {
  const flat = oneLine(value);
  if (typeof value !== "object" || value === null || (indent !== "" && indent.length + flat.length <= width)) return flat;
  const inner = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => formatJson(item, width, inner))
    : Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [`${JSON.stringify(key)}: ${formatJson(item, width, inner)}`]));
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return items.length === 0 ? `${open}${close}` : `${open}\n${items.map((item) => inner + item).join(",\n")}\n${indent}${close}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const items = Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [`${JSON.stringify(key)}: ${oneLine(item)}`]));
  return items.length === 0 ? "{}" : `{ ${items.join(", ")} }`;
}
