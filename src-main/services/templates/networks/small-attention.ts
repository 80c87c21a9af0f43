import type { SeriesNetwork } from "./series-network.js";

const WIDTH = 32;

/** Two layers of a transformer's encoder, and the mean of what they make of the steps. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762 */
export const smallAttention: SeriesNetwork = {
  type: "attention",
  title: "Attention",
  summary: "A small transformer: each step looks at all others of its window",
  layers: (id, { name }) => {
    const encoder = { type: "TransformerEncoderLayer", numHeads: 4, dimFeedforward: 2 * WIDTH, dropout: 0.1, normFirst: true };
    return [
      { id: id("width"), type: "Linear", from: [name], outFeatures: WIDTH },
      { id: id("places"), type: "PositionalEncoding" },
      { id: id("encoder1"), ...encoder },
      { id: id("encoder2"), ...encoder },
      // What is added to in every layer is normalised once at the end.
      { id: id("norm"), type: "LayerNorm" },
      { id: id("turned"), type: "Permute", dims: [0, 2, 1] },
      { id: id("mean"), type: "AdaptiveAvgPool1d" },
      { id: id("flat"), type: "Flatten" },
    ];
  },
};
