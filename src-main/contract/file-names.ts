/** A pattern of file names: columns of their parts, such as `{typeface}-{copy}`. */
export interface NamePattern {
  /** In their order. */
  readonly columns: readonly string[];
  /**
   * The parts of a name, with or without folders before it; its extension is left out. Read from its end: each part takes as little as it can, the first one
   * what is left, and none of them nothing. @returns undefined where the name does not fit.
   */
  read(path: string): readonly string[] | undefined;
}

/**
 * Texts between braces are columns, what stands between them is literal. Names are compared in NFC, as a Mac writes them in NFD.
 * @returns what is wrong with the pattern, as "got … , expected …", where it is none.
 */
export function parseNamePattern(pattern: string): NamePattern | { readonly problem: string } {
  const text = pattern.normalize("NFC");
  const columns: string[] = [];
  /** What stands before each column, and after the last. */
  const between = [""];
  for (let i = 0; i < text.length;) {
    const open = text[i] === "{";
    const end = open ? text.indexOf("}", i) : i + 1;
    const piece = open ? text.slice(i + 1, end) : (text[i] ?? "");
    if (open ? end === -1 || piece.includes("{") : piece === "}") return { problem: `got a brace without its other one in "${pattern}"; expected {name}` };
    if (!open) between[columns.length] = `${between[columns.length] ?? ""}${piece}`;
    else if (piece.trim() === "") return { problem: `got a column without a name in "${pattern}"; expected {name}` };
    else if (columns.includes(piece.trim())) return { problem: `got the column "${piece.trim()}" a second time, expected each once` };
    else if (columns.length > 0 && between[columns.length] === "")
      return {
        problem: `got nothing between "${columns.at(-1)}" and "${piece.trim()}", expected a text that parts them, as in {${columns.at(-1)}}-{${piece.trim()}}`,
      };
    else {
      columns.push(piece.trim());
      between.push("");
    }
    i = open ? end + 1 : end;
  }
  if (columns.length === 0) return { problem: `got "${pattern}" without a column, expected one at least, as in {typeface}-{copy}` };
  if (between.some((literal) => /[/\\]/.test(literal))) return { problem: `got a way through folders, "${pattern}"; expected the name of a file alone` };
  const before = between[0] ?? "";
  const after = between[columns.length] ?? "";
  return {
    columns,
    read(path) {
      const name = stemOf(path);
      if (!name.startsWith(before) || !name.endsWith(after) || name.length < before.length + after.length) return undefined;
      const parts: string[] = [];
      let end = name.length - after.length;
      for (let k = columns.length - 1; k > 0; k--) {
        const literal = between[k] ?? "";
        const at = end - 1 - literal.length < before.length ? -1 : name.lastIndexOf(literal, end - 1 - literal.length);
        if (at < before.length) return undefined;
        parts.unshift(name.slice(at + literal.length, end));
        end = at;
      }
      if (end <= before.length) return undefined;
      return [name.slice(before.length, end), ...parts];
    },
  };
}

/** Columns that a pattern makes; none where there is none, or it is wrong. */
export function nameColumns(pattern: string | undefined): readonly string[] {
  const parsed = pattern === undefined ? undefined : parseNamePattern(pattern);
  return parsed === undefined || "problem" in parsed ? [] : parsed.columns;
}

/** A file's name without folders and extension. */
function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).normalize("NFC");
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}
