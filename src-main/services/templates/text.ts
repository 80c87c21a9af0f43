import { LatheError } from "../../base/errors.js";
import { inputSchema } from "../../contract/data.js";
import { kindOf, vocabulariesOf, outputsOf } from "../../features/index.js";
import { type LayerInput, type Proposal, type Template, last, layerIds, projectFrom, rowsOf } from "./template.js";

/** What the template is called. */
export const TEXT = "text";

/** Numbers that stand for a token, and features of three of them side by side. */
const [WIDTH, FEATURES] = [32, 64];

/**
 * Each text through an embedding and a convolution over three tokens at a time, whose mean over the text is what is answered from (as Kim 2014,
 * https://arxiv.org/abs/1408.5882, with one width and a mean). Columns beside it join before the answers.
 */
export const text: Template = {
  type: TEXT,
  title: "Texts",
  summary: "Texts, word by word or character by character: an embedding and a convolution",
  create(proposal) {
    const texts = proposal.inputs.filter((input) => kindOf(input).reads === "tokens");
    const others = proposal.inputs.filter((input) => !texts.includes(input));
    if (texts.length === 0 || others.some((input) => kindOf(input).reads !== "values"))
      throw new LatheError("usage", "the template text reads texts, and columns of numbers and words beside them; make a column an input of texts");
    const id = layerIds(proposal);
    const branches = texts.map(({ name }) => textBranch((what) => id(texts.length === 1 ? what : `${what}_${name}`), proposal, name));
    const { rows, layers: embedded } = rowsOf(id, others);
    const layers: LayerInput[] = [...branches.flat(), ...embedded];
    if (branches.length + rows.length > 1) layers.push({ id: id("join"), type: "Concat", from: [...branches.map(last), ...rows] });
    const trunk = last(layers);
    const outputs = proposal.targets.map((target) => {
      const out = id(proposal.targets.length === 1 ? "out" : `out_${target.name}`);
      layers.push({ id: out, type: "Linear", from: [trunk], outFeatures: outputsOf(target) });
      return { target: target.name, from: out };
    });
    return projectFrom(proposal, { layers, outputs });
  },
};

/** What reads one text: numbers of its tokens to a row of features. */
export function textBranch(id: (wanted: string) => string, { inputs }: Pick<Proposal, "inputs">, input: string): LayerInput[] {
  const size = vocabulariesOf(inputs.map((draft) => inputSchema.parse(draft))).get(input)?.size ?? "values";
  return [
    { id: id("words"), type: "Embedding", from: [input], numEmbeddings: size, embeddingDim: WIDTH, paddingIdx: 0 },
    { id: id("turned"), type: "Permute", dims: [0, 2, 1] },
    { id: id("three"), type: "Conv1d", outChannels: FEATURES, kernelSize: 3, padding: 1 },
    { id: id("act"), type: "ReLU" },
    { id: id("mean"), type: "AdaptiveAvgPool1d" },
    { id: id("features"), type: "Flatten" },
  ];
}
