import { isEmbedded, kindOf, picturesOf, windowsOf } from "../../features/index.js";
import type { ProjectInput } from "../../contract/project.js";
import type { Ids } from "./networks/network.js";
import { seriesNetworks } from "./networks/index.js";
import { branchTraining, isWord, pictureBranch, pictureSize } from "./networks/picture-branch.js";
import { seriesTraining } from "./networks/series-network.js";
import { type LayerInput, type Proposal, embedding, hidden, last } from "./template.js";
import { textBranch } from "./text.js";

type Input = Proposal["inputs"][number];
type Blocks = NonNullable<ProjectInput["model"]["blocks"]>;

/** What the block is called that reads several pictures. */
const SHARED = "picture";

interface Branches {
  /** Before anything is joined. */
  readonly layers: readonly LayerInput[];
  /** By input, what is its row of features `[N, F]`: a layer, or the input itself. */
  readonly ends: ReadonlyMap<string, string>;
  readonly blocks?: Blocks;
}

/** A branch for each input, of any kind; pictures of one size and colour share one. */
export function branchesOf(id: Ids, proposal: Proposal): Branches {
  const twins = new Set(twinsOf(proposal));
  const [size] = proposal.inputs.flatMap((input) => (twins.has(input.name) ? [pictureSize(input)] : []));
  const branches = proposal.inputs.map((input) => {
    const shared = twins.has(input.name);
    return {
      name: input.name,
      layers: shared
        ? [{ id: id(`${input.name}_features`), type: "Block", block: SHARED, weights: "shared", from: [input.name] }]
        : branchOf(id, input, proposal),
    };
  });
  return {
    layers: branches.flatMap(({ layers }) => layers),
    ends: new Map(branches.map(({ name, layers }) => [name, layers.length > 0 ? last(layers) : name])),
    ...(size ? { blocks: { [SHARED]: { inputs: [SHARED], layers: pictureBranch((wanted) => wanted, SHARED, size) } } } : {}),
  };
}

/** Pictures that are alike in size and colour, by name: the first such group of two or more. They are read by one network, whose weights they share. */
export function twinsOf({ inputs }: Pick<Proposal, "inputs">): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { name, size, color = "rgb" } of picturesOf(inputs)) {
    const key = JSON.stringify([size, color]);
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()].find((names) => names.length > 1) ?? [];
}

function branchOf(id: Ids, input: Input, proposal: Proposal): readonly LayerInput[] {
  const { name } = input;
  const own: Ids = (wanted) => id(`${wanted}_${name}`);
  const [window] = windowsOf([input]);
  if (window) return windowBranch(own, window);
  if (isEmbedded(input)) return embedding(id, name);
  const { reads } = kindOf(input);
  const size = pictureSize(input);
  if (size) return pictureBranch(own, name, size);
  if (isWord(input) && proposal.inputs.some((other) => pictureSize(other))) return [];
  return reads === "tokens" ? textBranch(own, proposal, name) : hidden(id, `_${name}`, 16, [name]);
}

/** The past step by step; what is known of the steps ahead side by side. */
function windowBranch(id: Ids, { name, columns, length, ahead = 0 }: Extract<Input, { type: "window" }>): readonly LayerInput[] {
  if (length === 0) return [{ id: id("row"), type: "Flatten", from: [name] }];
  const [network] = seriesNetworks.all;
  return network ? network.layers(id, { name, length: length + ahead, features: columns.length }) : [];
}

/** How a network of such branches trains: as its most demanding input does. */
export function trainingOf(proposal: Proposal): Partial<Pick<ProjectInput, "training">> {
  if (windowsOf(proposal.inputs).length > 0) return { training: seriesTraining };
  return picturesOf(proposal.inputs).length > 0 ? { training: branchTraining(proposal) } : {};
}
