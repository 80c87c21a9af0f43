import { LatheError } from "../../base/errors.js";
import { inputSchema } from "../../contract/data.js";
import { kindOf, vocabulariesOf } from "../../features/index.js";
import { pictureTraining, smallNetwork } from "./images.js";
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
    const branches = proposal.inputs.map((input) =>
      kindOf(input).reads === "pictures"
        ? smallNetwork().layers((wanted) => id(`${wanted}_${input.name}`), input.name)
        : sizes.has(input.name)
          ? textBranch((wanted) => id(`${wanted}_${input.name}`), input.name, sizes.get(input.name) ?? 0)
          : hidden(id, `_${input.name}`, 16, [input.name]),
    );
    const layers: LayerInput[] = [...branches.flat(), { id: id("join"), type: "Concat", from: branches.map(last) }, ...hidden(id, "2", 8)];
    const trunk = last(layers);
    const outputs = proposal.targets.map((target) => {
      const out = id(`out_${target.name}`);
      layers.push({ id: out, type: "Linear", from: [trunk], outFeatures: outputsOf(target) });
      return { target: target.name, from: out };
    });
    const project = projectFrom(proposal, { layers, outputs });
    return proposal.inputs.some((input) => kindOf(input).reads === "pictures") ? { ...project, training: pictureTraining } : project;
  },
};
