import { expect, test } from "vitest";
import type { Mend } from "../../../src-main/contract/model-views.js";
import { draftOf } from "../../../src-renderer/document/draft.js";
import { isOpen, mendDraft } from "../../../src-renderer/document/mends.js";

const document = {
  data: { inputs: [{ name: "x", type: "numeric", columns: ["a"] }], targets: [{ name: "y", type: "numeric", column: "y" }] },
  model: {
    layers: [
      { id: "fc", type: "Linear", outFeatures: 1 },
      { id: "sm", type: "Softmax" },
    ],
    outputs: [{ target: "y", from: "sm" }],
  },
  training: { epochs: 1, losses: { y: { type: "MSELoss", weight: 2 } } },
};

/** What a mend makes of it; nothing is left to do then, but for a layer that is added. */
function mended(mend: Mend) {
  const draft = draftOf(structuredClone(document));
  expect(isOpen(mend, draft)).toBe(true);
  mendDraft(draft, mend);
  if (mend.do !== "add") expect(isOpen(mend, draft)).toBe(false);
  return draft;
}

test("each mend makes its one change, and what read a layer that goes reads on", () => {
  expect(mended({ do: "remove", layer: "sm" }).model).toEqual({ layers: [document.model.layers[0]], outputs: [{ target: "y", from: "fc" }] });
  expect(mended({ do: "type", layer: "sm", type: "LogSoftmax" }).model.layers[1]).toEqual({ id: "sm", type: "LogSoftmax" });
  const added = mended({ do: "add", layer: "sm", type: "Linear" }).model;
  expect([added.layers[2], added.outputs]).toEqual([{ id: "fc1", type: "Linear", outFeatures: 1 }, [{ target: "y", from: "fc1" }]]);
  expect(mended({ do: "option", layer: "fc", option: "outFeatures", value: 2 }).model.layers[0]).toEqual({ id: "fc", type: "Linear", outFeatures: 2 });
  expect(mended({ do: "loss", target: "y", loss: "L1Loss" }).training.losses).toEqual({ y: { type: "L1Loss", weight: 2 } });
  expect(mended({ do: "normalize", target: "y", normalize: "minmax" }).data.targets).toEqual([{ ...document.data.targets[0], normalize: "minmax" }]);
  expect(mended({ do: "batch", size: 32 }).training.batchSize).toBe(32);
});

test("a layer that is gone is not mended", () => {
  expect(isOpen({ do: "remove", layer: "gone" }, draftOf(structuredClone(document)))).toBe(false);
});
