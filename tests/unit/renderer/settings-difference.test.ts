import { expect, it } from "vitest";
import { settingsDifference } from "../../../src-renderer/composables/settings-difference.js";

const project = (...layers: readonly object[]) => ({ model: { layers }, seed: 1 });
const out = { id: "out", type: "Linear", outFeatures: 3 };
const gru = { id: "gru", type: "GRU", hiddenSize: 32, numLayers: 2 };

it("says a layer that some do not have once, by its type", () => {
  expect(settingsDifference([project(gru, out), project({ id: "lstm", type: "LSTM", hiddenSize: 32 }, out), project(gru, out)])).toEqual([
    { path: "model.layers.gru", values: ["GRU", undefined, "GRU"] },
    { path: "model.layers.lstm", values: [undefined, "LSTM", undefined] },
  ]);
});

it("says each setting of a layer that differs among those that have it", () => {
  expect(settingsDifference([project(gru, out), project({ ...gru, hiddenSize: 16 }, out), project(out)]).map(({ path }) => path)).toEqual([
    "model.layers.gru.id",
    "model.layers.gru.type",
    "model.layers.gru.hiddenSize",
    "model.layers.gru.numLayers",
  ]);
  expect(settingsDifference([project(gru, out), project({ ...gru, dropout: 0.2 }, out)])).toEqual([
    { path: "model.layers.gru.dropout", values: [undefined, "0.2"] },
  ]);
});
