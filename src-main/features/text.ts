import { z } from "zod";
import { defined } from "../base/assert.js";
import { MOST_STEPS } from "../base/limits.js";
import { ML_DOMAIN, float, floats, strings } from "../onnx/types.js";
import type { InputDefinition } from "./kind.js";
import { oneColumn } from "./one-column.js";
import { columnSchema, counted, nameSchema } from "./options.js";

/** What a place beyond the end of a text, and a token that is not in the vocabulary, are numbered. */
const [PADDING, UNKNOWN] = [0, 1] as const;
const FIRST = 2;
/** Different texts that the vocabulary is learnt from. */
const MOST_TEXTS = 200_000;
/** Tokens of a vocabulary. */
const MOST_TOKENS = 1_000_000;

const options = z.strictObject({
  name: nameSchema,
  type: z.literal("text"),
  column: columnSchema,
  tokens: z.enum(["words", "characters"]).default("words").describe("What a text is read in: words and signs, in lower case; or single characters as they are"),
  length: z.int().min(1).max(MOST_STEPS).default(64).describe("Tokens of a text that are read; shorter ones are filled up, of longer ones the rest is not"),
  vocabulary: z
    .int()
    .min(FIRST + 1)
    .max(MOST_TOKENS)
    .default(5000)
    .describe(
      "Numbers that tokens may have: 0 for none, 1 for unknown ones, then the commonest of the training rows; numEmbeddings of the layer that reads them",
    ),
});

const fitted = z.strictObject({
  name: z.string(),
  type: z.literal("text"),
  column: z.string(),
  tokens: z.enum(["words", "characters"]),
  length: z.number(),
  /** Token k is number k + 2. */
  vocabulary: z.array(z.string()),
});

/** A text as the numbers of its tokens, for `Embedding`: string `[N, length]`, a token each, to float32 `[N, length]`. */
export const textInput: InputDefinition<typeof options, typeof fitted> = {
  type: "text",
  summary: "A text as numbers of its words or characters, for Embedding",
  options,
  fitted,
  cells: "text",
  reads: "tokens",
  kept: "record",

  ...oneColumn,
  suits: ({ type }) => type === "prose",
  start: (name, [column = ""]) => ({ name, type: "text", column }),
  gaps: () => "keep",
  standIn: () => "read as a text of no words",
  prepared: (spec) => spec,
  augmentation: () => undefined,
  plan: ({ length, tokens }) => ({ shape: ["N", length], description: `numbers of the first ${counted(length, tokens === "words" ? "word" : "character")}` }),

  async fit(spec, [column = spec.column], context) {
    const { name, tokens, length, vocabulary } = spec;
    const counts = new Map<string, number>();
    let [texts, long] = [0, 0];
    for (const [text, rows] of await context.texts(column, "train", MOST_TEXTS)) {
      const parts = tokensOf(text, tokens);
      texts += rows;
      if (parts.length > length) long += rows;
      for (const part of parts) counts.set(part, (counts.get(part) ?? 0) + rows);
    }
    if (long > 0)
      context.warn(
        "data.text",
        `${long} of ${texts} texts of column "${column}" of ${context.path} are longer than ${length} ${tokens}; only the first ${length} of each are read`,
      );
    const commonest = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, vocabulary - FIRST);
    return { name, type: "text", column, tokens, length, vocabulary: commonest.map(([token]) => token) };
  },
  known: () => undefined,
  range: () => undefined,
  vocabulary: ({ vocabulary }) => ({ size: vocabulary, of: "words or characters" }),
  tokens: (text, { tokens, length }) => {
    const parts = tokensOf(text, tokens).slice(0, length);
    return [...parts, ...new Array<string>(length - parts.length).fill("")];
  },

  rawType: ({ length }) => ({ dtype: "string", shape: ["N", length] }),
  describe: ({ column, tokens, length }) =>
    tokens === "words"
      ? `the first ${length} words and signs of column ${column} in lower case, each by itself; "" behind the last`
      : `the first ${length} characters of column ${column}, each by itself; "" behind the last`,
  encodedType: ({ length }) => ({ dtype: "float32", shape: ["N", length] }),
  lower(e, raw, { vocabulary }) {
    const [numbers] = e.graph.node(
      "LabelEncoder",
      [raw],
      { keys_strings: strings(["", ...vocabulary]), values_floats: floats([PADDING, ...vocabulary.map((_, k) => k + FIRST)]), default_float: float(UNKNOWN) },
      { domain: ML_DOMAIN },
    );
    return defined(numbers, "LabelEncoder's output");
  },

  tally: () => undefined,
  madeUp({ vocabulary, length }, rows, random) {
    const data = Array.from({ length: rows }, () => {
      const end = random.below(length + 1);
      return Array.from({ length }, (_, k) => (k >= end ? "" : random.below(8) === 0 ? "no such token" : (vocabulary[random.below(vocabulary.length)] ?? "")));
    }).flat();
    return { dtype: "string", dims: [rows, length], data };
  },
  fields: ({ column }) => [{ column, kind: "text", typical: "" }],
  notes: ({ column, tokens, length, vocabulary }, _, row) => {
    const parts = tokensOf(row.typed[column] ?? "", tokens);
    const known = new Set(vocabulary);
    const strange = [...new Set(parts.slice(0, length).filter((part) => !known.has(part)))];
    return [
      ...(parts.length === 0 ? [{ column, message: `${column} is missing: it is read as a text without ${tokens}` }] : []),
      ...(parts.length > length ? [{ column, message: `only the first ${length} of the ${parts.length} ${tokens} of ${column} are read` }] : []),
      ...(strange.length > 0
        ? [
            {
              column,
              message: `${column} has ${tokens} that the training rows do not: ${strange
                .slice(0, 5)
                .map((part) => `"${part}"`)
                .join(", ")}`,
            },
          ]
        : []),
    ];
  },
};

/** Words and single signs in lower case, or characters. */
function tokensOf(text: string, by: z.infer<typeof options>["tokens"]): readonly string[] {
  const plain = text.normalize("NFC").trim();
  if (by === "characters") return Array.from(plain);
  return plain.toLowerCase().match(/[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*|[^\s\p{L}\p{M}\p{N}]/gu) ?? [];
}
