import type { Mend } from "../../src-main/contract/model-views.js";
import { outputsOf, targetKindOf } from "../../src-main/features/index.js";
import type { Draft, DraftLayer } from "./draft.js";
import { freshName, idOf, inputNames, takenNames, targetNames } from "./network.js";
import { addLayer, removeLayers, replaceLayer, setOption } from "./network-edits.js";

/** Whether a fault's mend would still change the project: a run tells of the network it began with. */
export function isOpen(mend: Mend, { model, data, training }: Draft): boolean {
  switch (mend.do) {
    case "remove":
    case "add":
      return model.layers.some((layer, i) => idOf(layer, i) === mend.layer);
    case "type":
      return model.layers.some((layer, i) => idOf(layer, i) === mend.layer && layer.type !== mend.type);
    case "option":
      return model.layers.some((layer, i) => idOf(layer, i) === mend.layer && layer[mend.option] !== mend.value);
    case "loss":
      return data.targets.some(({ name }) => name === mend.target) && training.losses?.[mend.target]?.type !== mend.loss;
    case "normalize":
      return data.targets.some((target) => target.name === mend.target && isOfNumbers(target) && target.normalize !== mend.normalize);
    case "batch":
      return training.batchSize !== mend.size;
  }
}

/** Makes the change, in a draft of one's own. */
export function mendDraft(draft: Draft, mend: Mend): void {
  const { data, training } = draft;
  const inputs = inputNames(draft);
  switch (mend.do) {
    case "remove":
      draft.model = removeLayers(draft.model, inputs, [mend.layer]);
      return;
    case "type":
      draft.model = replaceLayer(draft.model, mend.layer, mend.type, {});
      return;
    case "add": {
      const id = freshName(mend.type === "Linear" ? "fc" : "act", takenNames(draft));
      const spec: DraftLayer = { id, type: mend.type };
      draft.model = addLayer(draft.model, inputs, targetNames(draft), spec, { kind: "after", id: mend.layer });
      const target = data.targets.find(({ name }) => draft.model.outputs.some((output) => output.from === id && output.target === name));
      if (mend.type === "Linear" && target) draft.model = setOption(draft.model, id, "outFeatures", outputsOf(target));
      return;
    }
    case "option":
      draft.model = setOption(draft.model, mend.layer, mend.option, mend.value);
      return;
    case "loss": {
      // Its weight among the losses stays; the options are another loss's.
      const { weight } = training.losses?.[mend.target] ?? {};
      training.losses = { ...training.losses, [mend.target]: { type: mend.loss, ...(weight === undefined ? {} : { weight }) } };
      return;
    }
    case "normalize":
      for (const target of data.targets) if (target.name === mend.target && isOfNumbers(target)) target.normalize = mend.normalize;
      return;
    case "batch":
      training.batchSize = mend.size;
  }
}

function isOfNumbers(target: Draft["data"]["targets"][number]): target is Extract<typeof target, { readonly normalize?: unknown }> {
  return targetKindOf(target).cells === "number";
}
