import { LatheError } from "../../base/errors.js";
import type { ProjectInput } from "../../contract/project.js";
import { isEmbedded, kindOf } from "../../features/index.js";

type DataInput = ProjectInput["data"];

/** What is known before there is a network: where the data is, and which columns play which part. */
export interface Proposal {
  readonly name: string;
  readonly source: DataInput["source"];
  readonly inputs: DataInput["inputs"];
  readonly targets: DataInput["targets"];
  readonly split?: DataInput["split"];
}

/** A project to start from: a network that suits the data, and training that usually works. */
export interface Template {
  readonly type: string;
  /** What a user calls it. */
  readonly title: string;
  readonly summary: string;
  /** What it reads, where that is no plain table. */
  readonly reads?: "pictures" | "series";
  /** What a person should know of the network that it makes, in sentences. */
  tells?(proposal: Proposal): readonly string[];
  /** @throws LatheError `usage` where the template does not suit the data. */
  create(proposal: Proposal): ProjectInput;
}

export type LayerInput = ProjectInput["model"]["layers"][number];

/** How all templates for tables train. */
const training: ProjectInput["training"] = { epochs: 30, batchSize: 32, shuffle: true, optimizer: { type: "Adam", lr: 0.005 } };

/** A project from its data and its network. Numbers to predict are scaled for training unless the proposal says otherwise; their unit is restored on export. */
export function projectFrom({ name, source, inputs, targets, split }: Proposal, model: ProjectInput["model"]): ProjectInput {
  const scaled = targets.map((target) =>
    target.type === "numeric" && target.normalize === undefined ? { ...target, normalize: "standard" as const } : target,
  );
  return {
    version: 1,
    name,
    seed: 42,
    data: { source, inputs, targets: scaled, split: split ?? { validation: 0.15, test: 0.15, by: "random", stratify: true } },
    model,
    training,
  };
}

/** @throws LatheError `usage` where an input is a window of a series, which this template cannot read. */
export function refuseWindows(template: string, { inputs }: Proposal): void {
  if (inputs.some((input) => kindOf(input).reads === "sequence"))
    throw new LatheError("usage", `the template ${template} reads one row a sample; the template series reads windows of a series`);
}

/** @throws LatheError `usage` where an input is a text, whose words are no quantities. */
export function refuseTexts(template: string, { inputs }: Proposal): void {
  if (inputs.some((input) => kindOf(input).reads === "tokens"))
    throw new LatheError("usage", `the template ${template} reads quantities and categories; the templates text and two-input read texts word by word`);
}

/** Gives out layer ids that no input or other layer has: `fc1`, or `fc1_2` where that is taken. */
export function layerIds(proposal: Proposal): (wanted: string) => string {
  const taken = new Set(proposal.inputs.map((input) => input.name));
  return (wanted) => {
    let id = wanted;
    for (let n = 2; taken.has(id); n++) id = `${wanted}_${n}`;
    taken.add(id);
    return id;
  };
}

/** Linear, batch norm, ELU: a hidden layer that trains well from most starts. */
export function hidden(id: (wanted: string) => string, suffix: string, outFeatures: number, from?: readonly string[]): LayerInput[] {
  return [
    { id: id(`fc${suffix}`), type: "Linear", ...(from && { from }), outFeatures },
    { id: id(`norm${suffix}`), type: "BatchNorm1d" },
    { id: id(`act${suffix}`), type: "ELU" },
  ];
}

/** What a table of numbers makes of the place of a category's value: a row, as wide as suits their number. */
export function embedding(id: (wanted: string) => string, input: string): LayerInput[] {
  return [
    { id: id(`table_${input}`), type: "Embedding", from: [input], numEmbeddings: "values", embeddingDim: "auto" },
    { id: id(`row_${input}`), type: "Flatten" },
  ];
}

/** Inputs of values as rows `[N, F]`: themselves, or what an Embedding makes of them. @returns what to read, in their order, and the layers that come first */
export function rowsOf(
  id: (wanted: string) => string,
  inputs: Proposal["inputs"],
): { readonly rows: readonly string[]; readonly layers: readonly LayerInput[] } {
  const made = inputs.map((input) => ({ name: input.name, layers: isEmbedded(input) ? embedding(id, input.name) : [] }));
  return { rows: made.map(({ name, layers }) => (layers.length > 0 ? last(layers) : name)), layers: made.flatMap(({ layers }) => layers) };
}

/** The id of the last of some layers. */
export function last(layers: readonly LayerInput[]): string {
  return layers.at(-1)?.id ?? "";
}
