import { LatheError } from "../../base/errors.js";
import { branchTraining, pictureBranch, pictureSize } from "./networks/picture-branch.js";
import { type LayerInput, type Template, hidden, last, layerIds, outputsOf, projectFrom, refuseTexts, refuseWindows } from "./template.js";

/** 16 units for all, then 8 of its own for each target. */
export const twoOutput: Template = {
  type: "two-output",
  title: "A branch for each target",
  summary: "Several targets, each answered by a branch of its own after a common start",
  create(proposal) {
    refuseWindows("two-output", proposal);
    refuseTexts("two-output", proposal);
    if (proposal.targets.length < 2) {
      throw new LatheError(
        "usage",
        `the template two-output needs at least two targets, got ${proposal.targets.length}; name each with --target, or use the template tabular`,
      );
    }
    const id = layerIds(proposal);
    const layers: LayerInput[] = [];
    const pictures = proposal.inputs.filter((input) => pictureSize(input) !== undefined);
    const several = pictures.length > 1;
    const rows = proposal.inputs.map((input) => {
      const size = pictureSize(input);
      if (!size) return input.name;
      layers.push(...pictureBranch((wanted) => id(several ? `${wanted}_${input.name}` : wanted), input.name, size));
      return last(layers);
    });
    if (rows.length > 1) layers.push({ id: id("columns"), type: "Concat", from: rows });
    // A picture's 128 numbers tell many classes apart; a table's 16 and 8 few.
    const isTable = pictures.length === 0;
    if (isTable) layers.push(...hidden(id, "1", 16));
    const trunk = last(layers);
    const outputs = proposal.targets.map((target) => {
      if (isTable) layers.push(...hidden(id, `_${target.name}`, 8, [trunk]));
      const out = id(`out_${target.name}`);
      layers.push({ id: out, type: "Linear", ...(isTable ? {} : { from: [trunk] }), outFeatures: outputsOf(target) });
      return { target: target.name, from: out };
    });
    const project = projectFrom(proposal, { layers, outputs });
    return isTable ? project : { ...project, training: branchTraining(proposal) };
  },
};
