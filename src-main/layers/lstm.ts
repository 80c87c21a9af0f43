import { z } from "zod";
import { defineLayer } from "./layer.js";
import { BETWEEN, recurrentLayer, recurrentOptions } from "./recurrent.js";

/**
 * i, f, o = σ(W x + b + W h + b), g = tanh of the same, c' = f∘c + i∘g, h' = o∘tanh(c'); gates in the order i, f, g, o. torch.nn.LSTM; Hochreiter, Schmidhuber
 * 1997, https://doi.org/10.1162/neco.1997.9.8.1735
 */
export const lstm = defineLayer(
  recurrentLayer("LSTM", {
    summary: "Reads a series step by step with a memory apart from what it gives",
    config: z.strictObject(recurrentOptions),
    torchOwn: () => ({}),
    // ONNX has i, o, f, g.
    order: [0, 3, 1, 2],
    attributes: () => ({}),
    states: 2,
    held: 42,
    values: () => BETWEEN,
  }),
);
