import type { SeriesNetwork } from "./series-network.js";

/** Two recurrent layers of 32, and what they know after the last step. */
function recurrentNetwork(type: "gru" | "lstm" | "rnn", title: string, summary: string): SeriesNetwork {
  return { type, title, summary, layers: (id, { name }) => [{ id: id(type), type: type.toUpperCase(), from: [name], hiddenSize: 32, numLayers: 2 }] };
}

/** Cho et al. 2014, https://arxiv.org/abs/1406.1078 */
export const gru = recurrentNetwork("gru", "GRU", "Two GRU layers of 32: read step by step and learn what to keep; a good start");
/** Hochreiter, Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735 */
export const lstm = recurrentNetwork("lstm", "LSTM", "Two LSTM layers of 32: as GRU, with a memory apart from what is given on");
/** Elman 1990, https://doi.org/10.1207/s15516709cog1402_1 */
export const rnn = recurrentNetwork("rnn", "RNN", "Two plain recurrent layers of 32: quick and small, with a short memory");
