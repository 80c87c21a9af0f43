import { LatheError } from "../../base/errors.js";
import { inputSchema } from "../../contract/data.js";
import { vocabulariesOf } from "../../features/index.js";
import { branchTraining, isWord, pictureBranch, pictureSize } from "./networks/picture-branch.js";
import { type LayerInput, type Template, hidden, last, layerIds, outputsOf, projectFrom, refuseWindows } from "./template.js";
import { textBranch } from "./text.js";

/** A branch of 16 units for each input, joined into 8. */
export const twoInput: Template = {
  type: "two-input",
  title: "A branch for each input",
  summary: "Several inputs, each read by a branch of its own before they are joined",
  create(proposal) {
    refuseWindows("two-input", proposal);
    if (proposal.inputs.length < 2) {
      throw new LatheError("usage", `the template two-input needs at least two inputs, got ${proposal.inputs.length}; the template tabular reads one`);
    }
    const id = layerIds(proposal);
    const sizes = vocabulariesOf(proposal.inputs.map((draft) => inputSchema.parse(draft)));
    const hasPictures = proposal.inputs.some((input) => pictureSize(input) !== undefined);
    const branches = proposal.inputs.map((input) => {
      const size = pictureSize(input);
      if (size) return pictureBranch((wanted) => id(`${wanted}_${input.name}`), input.name, size);
      if (hasPictures && isWord(input)) return [];
      return sizes.has(input.name)
        ? textBranch((wanted) => id(`${wanted}_${input.name}`), input.name, sizes.get(input.name) ?? 0)
        : hidden(id, `_${input.name}`, 16, [input.name]);
    });
    const ends = branches.map((branch, k) => last(branch) || (proposal.inputs[k]?.name ?? ""));
    // Many classes are not told apart by eight numbers.
    const joined = hasPictures ? [] : hidden(id, "2", 8);
    const layers: LayerInput[] = [...branches.flat(), { id: id("join"), type: "Concat", from: ends }, ...joined];
    const trunk = last(layers);
    const outputs = proposal.targets.map((target) => {
      const out = id(`out_${target.name}`);
      layers.push({ id: out, type: "Linear", from: [trunk], outFeatures: outputsOf(target) });
      return { target: target.name, from: out };
    });
    const project = projectFrom(proposal, { layers, outputs });
    return hasPictures ? { ...project, training: branchTraining(proposal) } : project;
  },
};
