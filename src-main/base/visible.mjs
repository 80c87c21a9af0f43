// Plain JavaScript: the scripts that run before anything is built need it too.

/**
 * What a terminal obeys instead of showing: C0 with ESC, DEL and C1 (ECMA-48), which move the cursor, hide or recolour; the embeddings, overrides and isolates
 * of the bidirectional algorithm (Unicode Standard Annex 9), which show letters in another order than they stand; separators of lines and paragraphs.
 */
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Text that may come from anywhere, as one line that a terminal shows and does not obey: `\x1b`, `\u202e`, `\n` in place of those characters. */
export function visible(text) {
  return text.replace(OBEYED, (character) => SHORT[character] ?? escape(character));
}

/** The same where the text has lines of its own. */
export function visibleLines(text) {
  return text.split("\n").map(visible).join("\n");
}

/** JSON text with the characters that `JSON.stringify` leaves as they are, and a terminal obeys, as JSON's own escapes. */
export function visibleJson(json) {
  return json.replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function escape(character) {
  const hex = character.charCodeAt(0).toString(16);
  return hex.length <= 2 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex}`;
}
