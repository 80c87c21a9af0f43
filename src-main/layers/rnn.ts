import { z } from "zod";
import { strings } from "../onnx/types.js";
import { defineLayer } from "./layer.js";
import { BETWEEN, recurrentLayer, recurrentOptions } from "./recurrent.js";

const config = z.strictObject({ ...recurrentOptions, nonlinearity: z.enum(["tanh", "relu"]).default("tanh").describe("What each step ends with") });

/** h' = f(W_ih x + b_ih + W_hh h + b_hh), f tanh or relu. torch.nn.RNN; Elman 1990, https://doi.org/10.1016/0364-0213(90)90002-E */
export const rnn = defineLayer(
  recurrentLayer("RNN", {
    summary: "Reads a series step by step and remembers a little; GRU and LSTM remember longer",
    config,
    torchOwn: ({ nonlinearity }) => ({ nonlinearity: [nonlinearity, "tanh"] }),
    order: [0],
    attributes: ({ nonlinearity }) => (nonlinearity === "relu" ? { activations: strings(["Relu"]) } : {}),
    states: 1,
    held: 14,
    values: ({ nonlinearity }) => (nonlinearity === "relu" ? { range: [0, Infinity] } : BETWEEN),
  }),
);
