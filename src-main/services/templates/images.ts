import { LatheError } from "../../base/errors.js";
import { kindOf, outputsOf, picturesOf } from "../../features/index.js";
import { type LearningWay, learnAsAsked } from "../../contract/learning-ways.js";
import { type ProjectInput, parseProject } from "../../contract/project.js";
import { holdings } from "../../layers/holdings.js";
import type { Backbone } from "../../pretrained/index.js";
import { type PictureNetwork, pictureModel } from "./networks/network.js";
import { pictureNetworks } from "./networks/index.js";
import { type Proposal, type Template, layerIds, projectFrom, refuseTexts, refuseWindows, rowsOf } from "./template.js";

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
    ...(network.backbone ? { tells: () => tellBackbone(network) } : {}),
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
      const { backbone } = network;
      const read = backbone ? pictureFor(backbone, picture) : fromScratch(picture);
      const inputs = proposal.inputs.map((input) => (input === picture ? read : input));
      const project = { ...projectFrom({ ...proposal, inputs }, { ...model, layers: [...layers, ...model.layers] }), training };
      return backbone ? withWay(project, "features") : project;
    },
  };
});

function tellBackbone({ title }: PictureNetwork): readonly string[] {
  return [`the weights of ${title} stay as they are at first: what comes after it learns from its features`];
}

/** Pictures as a pretrained network reads them, of the side that costs little and gains most; small ones are not blown up as far. */
function pictureFor({ normalize: { mean, deviation }, sizes: [least, most] }: Backbone, input: Proposal["inputs"][number]): Proposal["inputs"][number] {
  const [size = [0, 0]] = picturesOf([input]).map((picture) => picture.size);
  const normalize = { mean: [...mean], deviation: [...deviation] };
  // One that was chosen for it stays.
  const suits = backboneOf(input) !== undefined && size.every((side) => side % STRIDE === 0 && side >= least && side <= most);
  const side = Math.max(...size) < SMALL ? least : SIDE;
  return { ...input, size: suits ? size : [side, side], color: "rgb", normalize } as Proposal["inputs"][number];
}

/** Pictures as networks read them that begin from scratch: from 0 to 1, where they were as a pretrained one wants them. */
function fromScratch(input: Proposal["inputs"][number]): Proposal["inputs"][number] {
  return backboneOf(input) ? ({ ...input, normalize: "none" } as Proposal["inputs"][number]) : input;
}

/** The pretrained network whose normalisation an input has. */
function backboneOf(input: Proposal["inputs"][number]): Backbone | undefined {
  const [picture] = picturesOf([input]);
  const own = JSON.stringify(picture?.normalize);
  const wanted = ({ normalize: { mean, deviation } }: Backbone) => JSON.stringify({ mean, deviation });
  return pictureNetworks.all.flatMap(({ backbone }) => backbone ?? []).find((backbone) => wanted(backbone) === own);
}

/** What the lengths of a picture are divided by on the way through a pretrained network. */
const STRIDE = 32;
/** A side that is proposed for pictures, and one below which they are small. */
const [SIDE, SMALL] = [160, 64];

/** The project with its pretrained blocks learning in a way. @throws LatheError `usage` where it has none */
export function withWay(project: ProjectInput, way: LearningWay): ProjectInput {
  const { model, training: parsed } = parseProject(project);
  return { ...project, training: { ...project.training, groups: [...learnAsAsked("this one", { model, groups: parsed.groups }, way, holdings)] } };
}

export { training as pictureTraining };
