import type { Random } from "../../../src-main/base/random.js";
import { pick } from "../mutate.js";

/** A random table as it is meant, whatever file it is written to. */

/** What a cell means; null: the value is missing. */
export type Meaning = number | boolean | string | Date | null;

/** `code`: digits that are no quantities. `stray`: numbers, but for some. Those from `date` on are nothing to learn from. */
type Kind = "quantity" | "whole" | "boolean" | "word" | "number word" | "code" | "date" | "text" | "constant" | "count" | "empty" | "stray";

export interface Column {
  readonly name: string;
  readonly kind: Kind;
  readonly cells: readonly Meaning[];
  /** Of yes and no: how they are written, no first. */
  readonly pair?: readonly [no: string, yes: string];
  /** Of numbers. */
  readonly unit?: "currency" | "percent" | "thousands";
}

export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly target: Column;
}

const LEARNT: readonly Kind[] = ["quantity", "quantity", "whole", "boolean", "word", "code"];
const KINDS: readonly Kind[] = [...LEARNT, ...LEARNT, "date", "text", "constant", "count", "empty", "stray"];
const NAMES: readonly string[] = [
  "size",
  "Weight (kg)",
  "größe",
  "naïve café",
  "rooms",
  "Price, net",
  'the "best"',
  "zip",
  "PLZ",
  "user id",
  "city",
  "x.1",
  "A/B",
  "très-haut",
  "is_new",
  "Über",
  "semi;colon",
  "it's",
];
const WORDS: readonly string[] = [
  "red",
  "green",
  "blue",
  "light blue",
  "Red",
  "São Paulo",
  "Zürich",
  "Élan",
  "blue, dark",
  'a "b"',
  "O'Hara",
  "naïve",
  "x;y",
  "A",
  "B1",
];
const PAIRS: readonly (readonly [string, string])[] = [
  ["false", "true"],
  ["false", "true"],
  ["no", "yes"],
  ["n", "y"],
  ["f", "t"],
  ["off", "on"],
];

/** @param plain without blanks, quotes and delimiters in any value. */
export function randomTable(random: Random, plain: boolean): Table {
  const rows = 60 + random.below(90);
  const width = pick(random, [1, 2, 3, 4, 5, 6, 8, 11, 20, 59]);
  const names = new Set<string>();
  const name = (): string => {
    const base = plain ? pick(random, ["a", "size", "rooms", "x.1", "is_new"]) : pick(random, NAMES);
    // Some differ only in case.
    const wanted = random.below(8) === 0 ? base.toUpperCase() : base;
    for (let n = 1; ; n++) {
      const made = n === 1 ? wanted : `${wanted}_${n}`;
      if (names.has(made)) continue;
      names.add(made);
      return made;
    }
  };
  const kindAt = (k: number) => (k === 0 ? pick(random, ["quantity", "whole"] as const) : pick(random, KINDS));
  const columns = Array.from({ length: width }, (_, k) => makeColumn(random, kindAt(k), { name: name(), rows, plain, gaps: pick(random, [0, 0, 0.05, 0.2]) }));
  const target = makeColumn(random, pick(random, ["quantity", "boolean", "word", "number word"] as const), {
    name: name(),
    rows,
    plain,
    gaps: pick(random, [0, 0.05]),
    balanced: true,
  });
  // The first column, which holds numbers, shows that the first row holds names; else they may stand anywhere.
  return { rows, columns: [...random.shuffle([...columns]), target], target };
}

interface Wanted {
  readonly name: string;
  readonly rows: number;
  readonly plain: boolean;
  /** Share of missing values. */
  readonly gaps: number;
  /** Every class has its rows. */
  readonly balanced?: boolean;
}

function makeColumn(random: Random, kind: Kind, wanted: Wanted): Column {
  const { name, plain, gaps, balanced = false } = wanted;
  const isClear = (word: string) => !plain || /^[\p{L}\p{N}]+$/u.test(word);
  const words = random.shuffle(WORDS.filter(isClear)).slice(0, 2 + random.below(balanced ? 3 : 6));
  const codes = Array.from({ length: pick(random, [4, 20, 90]) }, (_, k) => (k === 0 ? "00420" : String(random.below(100_000)).padStart(5, "0")));
  const scale = pick(random, [1, 100, 100_000]);
  const signed = random.below(3) === 0;
  const value = (row: number): Meaning => {
    switch (kind) {
      case "quantity":
      case "stray":
        return Number(((random.uniform() - (signed ? 0.5 : 0)) * scale).toFixed(2)) + 0;
      case "whole":
        return random.below(Math.max(12, scale));
      case "boolean":
        return balanced ? row % 2 === 1 : random.below(2) === 1;
      case "word":
        return words[balanced ? row % words.length : random.below(words.length)] ?? "";
      case "number word":
        return row % 4;
      case "code":
        return codes[row % codes.length] ?? "";
      case "date":
        return new Date(Date.UTC(2000 + random.below(25), random.below(12), 1 + random.below(28)));
      case "text":
        return plain ? `t${row}x${random.below(1000)}` : `${pick(random, ["he said, it is", "so\nbe it;", 'the "', "über"])} ${row} ${random.below(1000)}`;
      case "constant":
        return words[0] ?? "";
      case "count":
        return row + 1;
      case "empty":
        return null;
    }
  };
  const cells = Array.from({ length: wanted.rows }, (_, row): Meaning => {
    const meant = value(row);
    return kind !== "count" && random.uniform() < gaps ? null : meant;
  });
  if (kind === "stray") for (let n = 1 + random.below(3); n > 0; n--) cells[1 + random.below(cells.length - 1)] = pick(random, ["broken", "12a", "4.5.6"]);
  const unit = !plain && random.below(3) === 0 ? pick(random, ["currency", "percent", "thousands"] as const) : undefined;
  return {
    name,
    kind,
    cells,
    ...(kind === "boolean" ? { pair: pick(random, PAIRS) } : {}),
    ...(unit !== undefined && (kind === "quantity" || kind === "whole") ? { unit } : {}),
  };
}
