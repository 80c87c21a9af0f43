import { LatheError } from "../../base/errors.js";
import { layers as known } from "../../layers/index.js";
import { type LayerInput, type Template, last, layerIds, outputsOf, projectFrom } from "./template.js";

/** Pictures: two blocks of convolution, ELU and pooling, then one linear output for each target. Other inputs join before it. */
export const images: Template = {
  type: "images",
  title: "Two convolution blocks",
  summary: "Pictures: two blocks of convolution and pooling, then one linear output for each target",
  create(proposal) {
    const pictures = proposal.inputs.filter(({ type }) => type === "image");
    if (pictures.length === 0) throw new LatheError("usage", "the template images needs pictures; the template tabular reads columns of numbers and words");
    const id = layerIds(proposal);
    const layers: LayerInput[] = [];
    const ends = pictures.map(({ name }, k) => {
      const suffix = pictures.length === 1 ? "" : `_${k + 1}`;
      if (known.has("Conv2d")) layers.push(...block(id, `1${suffix}`, 32, name), ...block(id, `2${suffix}`, 64));
      layers.push({ id: id(`flat${suffix}`), type: "Flatten", ...(known.has("Conv2d") ? {} : { from: [name] }) });
      return last(layers);
    });
    const others = proposal.inputs.filter(({ type }) => type !== "image").map(({ name }) => name);
    if (ends.length + others.length > 1) layers.push({ id: id("join"), type: "Concat", from: [...ends, ...others] });
    const trunk = last(layers);
    const single = proposal.targets.length === 1;
    const outputs = proposal.targets.map((target) => {
      const out = id(single ? "out" : `out_${target.name}`);
      layers.push({ id: out, type: "Linear", ...(!single && { from: [trunk] }), outFeatures: outputsOf(target) });
      return { target: target.name, from: out };
    });
    return { ...projectFrom(proposal, { layers, outputs }), training: { epochs: 20, batchSize: 32, shuffle: true, optimizer: { type: "Adam", lr: 0.001 } } };
  },
};

function block(id: (wanted: string) => string, suffix: string, outChannels: number, from?: string): LayerInput[] {
  return [
    { id: id(`conv${suffix}`), type: "Conv2d", ...(from === undefined ? {} : { from: [from] }), outChannels, kernelSize: 3, padding: 1 },
    { id: id(`act${suffix}`), type: "ELU" },
    { id: id(`pool${suffix}`), type: "MaxPool2d", kernelSize: 2 },
  ];
}
