import { z } from "zod";
import { initField, initOf } from "./init-option.js";
import { defineLayer } from "./layer.js";
import { call } from "./torch.js";

/** Whole numbers up to here are float32 numbers. */
const MOST = 2 ** 24;

const config = z
  .strictObject({
    numEmbeddings: z
      .int()
      .positive()
      .max(MOST)
      .meta({ description: "How many different indices there are: 0 and up, below this", examples: [1000] }),
    embeddingDim: z
      .int()
      .positive()
      .meta({ description: "Numbers that stand for each of them", examples: [16] }),
    paddingIdx: z.int().nonnegative().nullable().default(null).describe("The index of what is no word but fills up: it stays all zeros and learns nothing"),
    init: initField("the rows"),
  })
  .refine(({ numEmbeddings, paddingIdx }) => paddingIdx === null || paddingIdx < numEmbeddings, {
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
  parameters: ({ numEmbeddings, embeddingDim, paddingIdx, init }) => [
    {
      name: "weight",
      shape: [numEmbeddings, embeddingDim],
      init: initOf(init, { type: "normal", mean: 0, std: 1 }),
      ...(paddingIdx === null ? {} : { zeroRow: paddingIdx }),
    },
  ],
  lower: (ctx) => {
    const {
      e,
      input: x,
      config: { numEmbeddings, paddingIdx },
    } = ctx;
    if (x.dtype !== "float32" && x.dtype !== "float64") return ctx.fail("expected indices as real numbers of shape [N, …]");
    const index = paddingIdx === null ? x : e.where(e.equal(x, e.scalarLike(paddingIdx, x)), e.scalarLike(-1, x), x);
    // NaN is equal to nothing.
    const known = e.equal(index, e.clip(index, 0, numEmbeddings - 1));
    const row = e.cast(e.where(known, index, e.scalarLike(0, index)), "int32");
    const rows = e.gather(ctx.parameter("weight"), row, 0);
    return e.where(e.unsqueeze(known, [x.shape.length]), rows, e.scalarLike(0, rows));
  },
  torch: ({ numEmbeddings, embeddingDim, paddingIdx }) => ({
    module: call("nn.Embedding", [numEmbeddings, embeddingDim], { padding_idx: [paddingIdx, null] }),
    called: (module, [x = "x"]) => `${module}(${x}.long())`,
  }),
});
