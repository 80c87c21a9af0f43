/** How the fields of a record are told apart; `BLANKS` for any number of blanks and tabs. */
export interface Marks {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
}

/** In place of a delimiter: one blank or tab, or several. */
export const BLANKS = "blanks";

/** A record, and the line it begins at, from 0. */
export interface TextRecord {
  readonly fields: string[];
  readonly line: number;
}

/** Records of a text's start; blank lines are no records. @param whole false where the last record may be cut: it is omitted then. */
export function splitRecords(text: string, whole: boolean, { delimiter, quote, escape }: Marks, limit: number): TextRecord[] {
  const records: TextRecord[] = [];
  const byBlanks = delimiter === BLANKS;
  let fields: string[] = [];
  let field = "";
  let [quoted, closed] = [false, false];
  let [line, from] = [0, 0];
  const endRecord = () => {
    // Blanks at the end of a line part nothing.
    if (!byBlanks || field !== "" || closed || fields.length === 0) fields.push(field);
    if (fields.length > 1 || field.trim() !== "") records.push({ fields, line: from });
    [fields, field, closed] = [[], "", false];
  };
  for (let i = 0; i < text.length && records.length < limit; i++) {
    const c = text[i] ?? "";
    if (quoted) {
      if (c === escape && text[i + 1] === quote) field += text[++i] ?? "";
      else if (c === quote) [quoted, closed] = [false, true];
      else field += c;
      if (c === "\n" || (c === "\r" && text[i + 1] !== "\n")) line++;
    } else if (c === quote && field.trim() === "") {
      [quoted, field] = [true, ""];
    } else if (byBlanks ? c === " " || c === "\t" : c === delimiter) {
      if (byBlanks && field === "" && !closed) continue;
      fields.push(field);
      [field, closed] = ["", false];
    } else if (c === "\n" || c === "\r") {
      if (c === "\r" && text[i + 1] === "\n") i++;
      endRecord();
      from = ++line;
    } else {
      field += c;
    }
  }
  if (records.length < limit && whole && (field !== "" || fields.length > 0)) endRecord();
  return records;
}
