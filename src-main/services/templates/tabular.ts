import { LatheError } from "../../base/errors.js";
import { kindOf, outputsOf } from "../../features/index.js";
import { type LayerInput, type Template, hidden, last, layerIds, projectFrom, refuseTexts, refuseWindows, rowsOf } from "./template.js";

/** 16 and 8 hidden units on all columns side by side, and one linear output for each target. */
export const tabular: Template = {
  type: "tabular",
  title: "One network",
  summary: "A table: every column side by side into one small network",
  create(proposal) {
    refuseWindows("tabular", proposal);
    refuseTexts("tabular", proposal);
    if (proposal.inputs.some((input) => kindOf(input).reads !== "values"))
      throw new LatheError("usage", "the template tabular reads columns of numbers and words; the template images reads pictures");
    const id = layerIds(proposal);
    const { rows, layers: first } = rowsOf(id, proposal.inputs);
    const layers: LayerInput[] = [...first];
    if (rows.length > 1) layers.push({ id: id("columns"), type: "Concat", from: [...rows] });
    layers.push(...hidden(id, "1", 16), ...hidden(id, "2", 8));
    const trunk = last(layers);
    const outputs = proposal.targets.map((target) => {
      const single = proposal.targets.length === 1;
      const out = id(single ? "out" : `out_${target.name}`);
      layers.push({ id: out, type: "Linear", ...(!single && { from: [trunk] }), outFeatures: outputsOf(target) });
      return { target: target.name, from: out };
    });
    return projectFrom(proposal, { layers, outputs });
  },
};
