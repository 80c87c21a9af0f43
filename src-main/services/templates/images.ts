import { LatheError } from "../../base/errors.js";
import { kindOf, outputsOf } from "../../features/index.js";
import { pictureModel } from "./networks/network.js";
import { pictureNetworks } from "./networks/index.js";
import { type Template, layerIds, projectFrom, refuseTexts, refuseWindows, rowsOf } from "./template.js";

/**
 * How all templates for pictures train. Few pictures that change in every epoch want many steps, and rates that end near nothing, so that the last epoch's
 * weights are good ones. They are kept: the loss of few validation pictures is at its best long before the share of right answers is, and would pick a network
 * that has not settled.
 */
const training = {
  epochs: 20,
  batchSize: 16,
  shuffle: true,
  optimizer: { type: "Adam", lr: 0.002 },
  schedule: { type: "CosineAnnealingLR" },
  restoreBest: false,
} as const;

/** Every network for pictures as a project. Columns beside the picture join before the answers. */
export const pictureTemplates: readonly Template[] = pictureNetworks.all.map((network, i) => {
  // What one begins with is called by the data alone.
  const type = i === 0 ? "images" : network.type;
  return {
    type,
    title: network.title,
    summary: `Pictures: ${network.summary.charAt(0).toLowerCase()}${network.summary.slice(1)}`,
    reads: "pictures",
    create(proposal) {
      refuseWindows(type, proposal);
      refuseTexts(type, proposal);
      const pictures = proposal.inputs.filter((input) => kindOf(input).reads === "pictures");
      const [picture, ...more] = pictures;
      if (!picture) throw new LatheError("usage", `the template ${type} needs pictures; the template tabular reads columns of numbers and words`);
      if (more.length > 0)
        throw new LatheError("usage", `the template ${type} reads one picture a sample, got ${more.length + 1}; the template two-input reads several`);
      const id = layerIds(proposal);
      const { rows, layers } = rowsOf(
        id,
        proposal.inputs.filter((input) => !pictures.includes(input)),
      );
      const model = pictureModel(network, id, {
        picture: picture.name,
        others: rows,
        targets: proposal.targets.map((target) => ({ name: target.name, outFeatures: outputsOf(target) })),
      });
      return { ...projectFrom(proposal, { ...model, layers: [...layers, ...model.layers] }), training };
    },
  };
});

export { training as pictureTraining };
