/** What begins a comment line, where nobody says. */
const MARKERS = ["#", "%", "//"];
/** More than this share of the lines are no comments but values. */
const FEW = 0.1;

/** Lines of a text, and which of them begin inside quotes. */
export interface TextLine {
  readonly text: string;
  readonly quoted: boolean;
}

/** Whether a text opens quotes that it does not close. */
export function isOpen(text: string, quote: string): boolean {
  return quote !== "" && (text.split(quote).length - 1) % 2 === 1;
}

/** Keeps count of quotes from line to line. */
export function quoteCounter(quote: string): (line: string) => boolean {
  let open = false;
  return (line) => {
    const before = open;
    if (isOpen(line, quote)) open = !open;
    return before;
  };
}

export function linesOf(text: string, quote: string): readonly TextLine[] {
  const isQuoted = quoteCounter(quote);
  return text.split(/\r\n|\n|\r/).map((line) => ({ text: line, quoted: isQuoted(line) }));
}

/** Excel's `#N/A` is a missing value, also where it stands first. */
const MISSING = /^#N\/A(?!\w)/i;

export function isComment({ text, quoted }: TextLine, marker: string): boolean {
  const line = text.trimStart();
  return !quoted && line.startsWith(marker) && !MISSING.test(line);
}

/** The marker of the lines above a table, where they have one. */
export function markerAbove(lines: readonly TextLine[]): string | undefined {
  const first = lines.find(({ text }) => text.trim() !== "");
  const marker = first && MARKERS.find((m) => isComment(first, m));
  return marker !== undefined && countComments(lines, marker) <= Math.max(2 * leadingComments(lines, marker).length + 1, lines.length * FEW)
    ? marker
    : undefined;
}

/** The comment lines above a table, without their marker. */
export function leadingComments(lines: readonly TextLine[], marker: string): readonly string[] {
  const end = lines.findIndex((line) => line.text.trim() !== "" && !isComment(line, marker));
  return lines
    .slice(0, end < 0 ? lines.length : end)
    .filter((line) => isComment(line, marker))
    .map(({ text }) => text.trimStart().slice(marker.length));
}

/** The marker of lines in the middle of a table that are all of another width than its rows. */
export function markerBetween(lines: readonly TextLine[], fits: (line: string) => boolean): string | undefined {
  return MARKERS.find((marker) => {
    const comments = lines.filter((line) => isComment(line, marker));
    return comments.length > 0 && comments.length <= lines.length * FEW && !comments.some(({ text }) => fits(text));
  });
}

export function countComments(lines: readonly TextLine[], marker: string): number {
  return lines.filter((line) => isComment(line, marker)).length;
}
