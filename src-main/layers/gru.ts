import { z } from "zod";
import { int } from "../onnx/types.js";
import { defineLayer } from "./layer.js";
import { BETWEEN, recurrentLayer, recurrentOptions } from "./recurrent.js";

/**
 * r = σ(W_ir x + b_ir + W_hr h + b_hr), z likewise, n = tanh(W_in x + b_in + r∘(W_hn h + b_hn)), h' = (1 − z)∘n + z∘h; gates in the order r, z, n.
 * torch.nn.GRU; Cho et al. 2014, https://arxiv.org/abs/1406.1078
 */
export const gru = defineLayer(
  recurrentLayer("GRU", {
    summary: "Reads a series step by step and learns what to keep; a good first choice",
    config: z.strictObject(recurrentOptions),
    torchOwn: () => ({}),
    // ONNX has z, r, n.
    order: [1, 0, 2],
    attributes: () => ({ linear_before_reset: int(1) }),
    states: 1,
    held: 35,
    values: () => BETWEEN,
  }),
);
