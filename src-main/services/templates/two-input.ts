import { LatheError } from "../../base/errors.js";
import { kindOf, windowsOf, outputsOf } from "../../features/index.js";
import { branchesOf, trainingOf, twinsOf } from "./branches.js";
import { type LayerInput, type Template, hidden, last, layerIds, projectFrom } from "./template.js";

/** What the template is called. */
export const TWO_INPUT = "two-input";

/**
 * A branch for each input, whose rows of features are joined. Columns of a table come down to 8 units; what a picture, a text or a window is read to is
 * answered from directly, for its classes may be many. Pictures with one network for all are also multiplied, which tells how alike they are.
 */
export const twoInput: Template = {
  type: TWO_INPUT,
  title: "A branch for each input",
  summary: "Several inputs of any kind, each read by a branch of its own before they are joined",
  create(proposal) {
    if (proposal.inputs.length < 2) {
      throw new LatheError("usage", `the template two-input needs at least two inputs, got ${proposal.inputs.length}; the template tabular reads one`);
    }
    const id = layerIds(proposal);
    const { layers: branches, ends, blocks } = branchesOf(id, proposal);
    const layers: LayerInput[] = [...branches];
    const twins = twinsOf(proposal).flatMap((name) => ends.get(name) ?? []);
    const alike = twins.length > 0 ? [id("alike")] : [];
    for (const name of alike) layers.push({ id: name, type: "Mul", from: twins });
    layers.push({ id: id("join"), type: "Concat", from: [...ends.values(), ...alike] });
    if (proposal.inputs.every((input) => kindOf(input).reads === "values")) layers.push(...hidden(id, "2", 8));
    else if (twins.length > 0) layers.push(...hidden(id, "2", 64));
    const trunk = last(layers);
    const outputs = proposal.targets.map((target) => {
      const out = id(`out_${target.name}`);
      layers.push({ id: out, type: "Linear", from: [trunk], outFeatures: outputsOf(target) });
      return { target: target.name, from: out };
    });
    const split = proposal.split ?? (windowsOf(proposal.inputs).length > 0 ? { by: "time" as const, validation: 0.15, test: 0.15 } : undefined);
    return { ...projectFrom({ ...proposal, ...(split ? { split } : {}) }, { ...(blocks ? { blocks } : {}), layers, outputs }), ...trainingOf(proposal) };
  },
  tells(proposal) {
    const twins = twinsOf(proposal);
    return twins.length === 0 ? [] : [`${twins.join(" and ")} are pictures of one size and colour: one network with shared weights reads them all`];
  },
};
