import { z } from "zod";
import { LatheError } from "../base/errors.js";
import { initField, initOf } from "./init-option.js";
import { defineLayer } from "./layer.js";
import { call } from "../base/python.js";

/** Whole numbers up to here are float32 numbers. */
const MOST = 2 ** 24;

/** Stands for how many different values the input has that is read. */
export const ALL_VALUES = "values";
/** Stands for the width that suits their number. */
const PROPOSED = "auto";

const config = z
  .strictObject({
    numEmbeddings: z
      .union([z.int().positive().max(MOST), z.literal(ALL_VALUES)], { error: `expected a whole number from 1 to ${MOST}, or "${ALL_VALUES}"` })
      .meta({
        description: `How many different indices there are: 0 and up, below this; "${ALL_VALUES}": as many as the category or the text has that is read`,
        examples: [ALL_VALUES],
      }),
    embeddingDim: z
      .union([z.int().positive(), z.literal(PROPOSED)], { error: `expected a whole number above 0, or "${PROPOSED}"` })
      .meta({ description: `Numbers that stand for each of them; "${PROPOSED}" is what suits their number: 1.6 · n^0.56, at most 600`, examples: [PROPOSED] }),
    paddingIdx: z.int().nonnegative().nullable().default(null).describe("The index of what is no word but fills up: it stays all zeros and learns nothing"),
    init: initField("the rows"),
  })
  .refine(({ numEmbeddings, paddingIdx }) => paddingIdx === null || numEmbeddings === ALL_VALUES || paddingIdx < numEmbeddings, {
    error: "expected paddingIdx below numEmbeddings",
    path: ["paddingIdx"],
  });

/**
 * Row `x` of a table `[numEmbeddings, embeddingDim]` for each index x: `[N, …]` becomes `[N, …, embeddingDim]`. torch.nn.Embedding, of indices that are
 * float32 numbers, as all values between layers.
 *
 * It is the one-hot vector of x times the table. So an index outside of it, like a word that training has not seen, is all zeros and teaches nothing, where
 * PyTorch stops with an error; parts after the point are cut off. The row of `paddingIdx` is zeros in the same way.
 */
export const embedding = defineLayer({
  type: "Embedding",
  group: "Sequence",
  summary: "Learns a few numbers for each word, character or other index of a list",
  config,
  parameters: ({ paddingIdx, init, ...sizes }) => [
    {
      name: "weight",
      shape: [...sizesOf(sizes)],
      init: initOf(init, { type: "normal", mean: 0, std: 1 }),
      ...(paddingIdx === null ? {} : { zeroRow: paddingIdx }),
    },
  ],
  lower: (ctx) => {
    const {
      e,
      input: x,
      config: { paddingIdx, ...sizes },
    } = ctx;
    const [numEmbeddings] = sizesOf(sizes);
    if (x.dtype !== "float32" && x.dtype !== "float64") return ctx.fail("expected indices as real numbers of shape [N, …]");
    const index = paddingIdx === null ? x : e.where(e.equal(x, e.scalarLike(paddingIdx, x)), e.scalarLike(-1, x), x);
    // NaN is equal to nothing.
    const known = e.equal(index, e.clip(index, 0, numEmbeddings - 1));
    const row = e.cast(e.where(known, index, e.scalarLike(0, index)), "int32");
    const rows = e.gather(ctx.parameter("weight"), row, 0);
    return e.where(e.unsqueeze(known, [x.shape.length]), rows, e.scalarLike(0, rows));
  },
  torch: ({ paddingIdx, ...sizes }) => ({
    module: call("nn.Embedding", [...sizesOf(sizes)], { padding_idx: [paddingIdx, null] }),
    called: (module, [x = "x"]) => `${module}(${x}.long())`,
  }),
});

/** How wide a table of n values is, as fastai proposes (emb_sz_rule, https://github.com/fastai/fastai/blob/main/fastai/tabular/model.py). */
export function proposedWidth(values: number): number {
  return Math.max(1, Math.min(600, Math.round(1.6 * values ** 0.56)));
}

type Sizes = Pick<z.output<typeof config>, "numEmbeddings" | "embeddingDim">;

/** Rows and columns of the table. @throws LatheError `model.layer` where the input that is read does not tell how many values it has */
function sizesOf({ numEmbeddings, embeddingDim }: Sizes): readonly [rows: number, columns: number] {
  if (numEmbeddings === ALL_VALUES)
    throw new LatheError(
      "model.layer",
      `Embedding got numEmbeddings "${ALL_VALUES}", but it reads no category encoded by index and no text; give a number, or connect it to such an input`,
    );
  return [numEmbeddings, embeddingDim === PROPOSED ? proposedWidth(numEmbeddings) : embeddingDim];
}
