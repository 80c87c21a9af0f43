/** Text that may come from anywhere, as one line that a terminal shows and does not obey: `\x1b`, `\u202e`, `\n` in place of what it would obey. */
export function visible(text: string): string;
/** The same where the text has lines of its own. */
export function visibleLines(text: string): string;
/** JSON text with the characters that `JSON.stringify` leaves as they are, and a terminal obeys, as JSON's own escapes. */
export function visibleJson(json: string): string;
