/** How texts of cells are told apart: which mean nothing, which are one value, and which only look alike. */

/** What counts as a missing value, in any case, in columns of numbers and of texts, in inputs and targets. */
export const MISSING_WORDS: readonly string[] = ["", "na", "n/a", "n.a.", "#n/a", "<na>", "nan", "null", "none", "-", "--", "?"];

/** Of these some are used as values too: `none` of some kinds, `-` beside `+`. */
const DOUBTFUL: readonly string[] = ["none", "-"];
/** `none` is a value where it stands in so many of the rows that hold a text. */
const FREQUENT = 1 / 20;

/** Characters that no reader sees at the ends of a text: Unicode's blanks, zero-width ones, marks of direction, the byte order mark. */
export const BLANKS =
  "\t\n\v\f\r \u0085\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202f" +
  "\u205f\u2060\u3000\ufeff";

/** Pairs of words whose order is known, negative first. */
export const PAIRS = [
  ["0", "1"],
  ["-1", "1"],
  ["false", "true"],
  ["no", "yes"],
  ["f", "t"],
  ["n", "y"],
  ["off", "on"],
  ["negative", "positive"],
  ["bad", "good"],
  ["nein", "ja"],
  ["nee", "ja"],
  ["nej", "ja"],
  ["non", "oui"],
  ["no", "si"],
  ["no", "sí"],
  ["no", "sì"],
  ["não", "sim"],
  ["nie", "tak"],
] as const;

/** Words that are one value in any case, whatever else their column holds. */
const ANY_CASE: readonly string[] = ["false", "true", "no", "yes"];
const PAIRED: ReadonlySet<string> = new Set(PAIRS.flat());

/** Words, in lower case, whose count says how a column is to be read. */
export const TELLING_WORDS: readonly string[] = [...new Set([...MISSING_WORDS.filter((word) => word !== ""), ...PAIRED])];

/** What is known of a column's texts. */
export interface SeenTexts {
  /** Rows with a text. */
  readonly rows: number;
  /** How often each spelling of one of the `TELLING_WORDS` occurs. */
  readonly telling: ReadonlyMap<string, number>;
  /** Two of the other texts; one, or none, where there are no more. */
  readonly others: readonly string[];
}

/** How a column's texts are read. */
export interface ColumnWords {
  /** Missing words, in lower case, that are values in this column. */
  readonly kept: readonly string[];
  /** What stands for words that occur in several spellings, by the word in lower case. */
  readonly spelled: ReadonlyMap<string, string>;
  /** Rows by missing word, as it occurs: none of those that are kept. */
  readonly missing: ReadonlyMap<string, number>;
  /** Rows by word that is kept, as it occurs. */
  readonly values: ReadonlyMap<string, number>;
  /** Spellings that became one, by the one: each with its rows. */
  readonly united: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/**
 * Decides how a column's texts are read. Missing words are missing, but `none` and `-` are values where fewer than two others would be left, and `none`
 * where it is frequent. Words of yes and no in several spellings become the most frequent one.
 */
export function wordsOf({ rows, telling, others }: SeenTexts): ColumnWords {
  const byWord = new Map<string, Map<string, number>>();
  for (const [text, n] of telling) {
    const word = text.toLowerCase();
    byWord.set(word, (byWord.get(word) ?? new Map<string, number>()).set(text, n));
  }
  const isMissing = (word: string) => MISSING_WORDS.includes(word);
  const said = [...byWord.keys()].filter((word) => !isMissing(word));
  const left = new Set([...others.map((text) => text.toLowerCase()), ...said]).size;
  const frequent = (word: string) => word === "none" && sum(byWord.get(word)) >= rows * FREQUENT;
  const kept = [...byWord.keys()].filter((word) => DOUBTFUL.includes(word) && (left < 2 || frequent(word)));
  const missing = new Map([...telling].filter(([text]) => isMissing(text.toLowerCase()) && !kept.includes(text.toLowerCase())));
  const values = new Map([...telling].filter(([text]) => kept.includes(text.toLowerCase())));
  const spelled = new Map<string, string>();
  const united = new Map<string, ReadonlyMap<string, number>>();
  for (const group of groupsOf(said, others.length === 0 && kept.length === 0)) {
    const spellings = new Map(group.flatMap((word) => [...(byWord.get(word) ?? [])]));
    const [best] = [...spellings].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0] ?? [];
    if (best === undefined) continue;
    for (const word of group) spelled.set(word, best);
    if (spellings.size > 1) united.set(best, spellings);
  }
  return { kept, spelled, missing, values, united };
}

/** The same texts in another table, read as those of this column. */
export function wordsLike(words: ColumnWords, { telling }: SeenTexts): ColumnWords {
  const missing = new Map([...telling].filter(([text]) => MISSING_WORDS.includes(text.toLowerCase()) && !words.kept.includes(text.toLowerCase())));
  const united = new Map<string, Map<string, number>>();
  for (const [text, n] of telling) {
    const best = words.spelled.get(text.toLowerCase());
    if (best !== undefined && best !== text) united.set(best, (united.get(best) ?? new Map<string, number>()).set(text, n));
  }
  return { ...words, missing, united };
}

/** Words that are one value. @param alone the column holds nothing else. */
function groupsOf(words: readonly string[], alone: boolean): readonly (readonly string[])[] {
  const only = (of: readonly string[]) => alone && words.every((word) => of.includes(word));
  // 1 and 0 are true and false beside them.
  if (words.some((word) => word === "true" || word === "false") && only(["false", "true", "0", "1"])) {
    return [
      ["false", "0"],
      ["true", "1"],
    ];
  }
  const whole = PAIRS.some((pair) => only(pair));
  return words.filter((word) => whole || ANY_CASE.includes(word)).map((word) => [word]);
}

/** Texts that differ in nothing but case, by the first of them; each with its rows. */
export function caseVariants(counts: Iterable<readonly [text: string, rows: number]>): readonly ReadonlyMap<string, number>[] {
  const folded = new Map<string, Map<string, number>>();
  for (const [text, n] of counts) {
    const key = text.toLowerCase();
    folded.set(key, (folded.get(key) ?? new Map<string, number>()).set(text, n));
  }
  return [...folded.values()].filter((group) => group.size > 1);
}

/**
 * Other spellings of texts that training saw, each with the text it stands for: what a file of another program may write. `True` and `TRUE` for `true`, and
 * `1`; of whole numbers `2.0` for `2`.
 */
export function otherSpellings(known: readonly string[]): Record<string, string> {
  const taken = new Set(known);
  const also: Record<string, string> = {};
  const add = (text: string, stands: string) => {
    if (taken.has(text)) return;
    taken.add(text);
    also[text] = stands;
  };
  for (const text of known) if (isWordInAnyCase(text, known)) for (const variant of casesOf(text)) add(variant, text);
  for (const [text, other] of acrossPairs(known)) for (const variant of casesOf(other)) add(variant, text);
  if (known.length <= MOST_NUMBERS) for (const text of [...known, ...Object.keys(also)]) if (WHOLE.test(text)) add(`${text}.0`, also[text] ?? text);
  return also;
}

const WHOLE = /^[+-]?[0-9]+$/;
const MOST_NUMBERS = 1000;

function casesOf(text: string): readonly string[] {
  const lower = text.toLowerCase();
  return [lower, lower.slice(0, 1).toUpperCase() + lower.slice(1), lower.toUpperCase()];
}

/** Whether a known text is one value in any case. */
function isWordInAnyCase(text: string, known: readonly string[]): boolean {
  const word = text.toLowerCase();
  const words = new Set(known.map((other) => other.toLowerCase()));
  return (
    known.every((other) => other === text || other.toLowerCase() !== word) &&
    (ANY_CASE.includes(word) || (PAIRED.has(word) && PAIRS.some((pair) => [...words].every((other) => (pair as readonly string[]).includes(other)))))
  );
}

/** Where all that is known is false and true, 0 and 1 stand for them, and the other way round. */
function acrossPairs(known: readonly string[]): readonly (readonly [text: string, other: string])[] {
  const [numbers, words] = [PAIRS[0], PAIRS[2]];
  const at = (pair: readonly string[]) => known.map((text) => pair.indexOf(text.toLowerCase()));
  for (const [own, other] of [
    [words, numbers],
    [numbers, words],
  ] as const) {
    const places = at(own);
    if (known.length > 0 && new Set(places).size === known.length && !places.includes(-1)) return known.map((text, k) => [text, other[places[k] ?? 0] ?? ""]);
  }
  return [];
}

/** Reads texts of another table as training would have. */
export class Speller {
  readonly #known: ReadonlySet<string>;
  readonly #also: ReadonlyMap<string, string>;

  /** @param known texts of training, and other spellings that a model was given. */
  constructor(known: Iterable<string>) {
    this.#known = new Set(known);
    const texts = [...this.#known];
    const folded = new Map<string, string>();
    for (const text of texts) if (isWordInAnyCase(text, texts)) folded.set(text.toLowerCase(), text);
    for (const [text, other] of acrossPairs(texts)) folded.set(other, text);
    this.#also = folded;
  }

  /** The text that training knew; "" for a word that counts as missing; else the text itself. */
  read(text: string): string {
    if (text === "" || this.#known.has(text)) return text;
    const word = text.toLowerCase();
    const stands = this.#also.get(word);
    if (stands !== undefined) return stands;
    return MISSING_WORDS.includes(word) ? "" : text;
  }
}

function sum(counts: ReadonlyMap<string, number> | undefined): number {
  return [...(counts?.values() ?? [])].reduce((a, b) => a + b, 0);
}
