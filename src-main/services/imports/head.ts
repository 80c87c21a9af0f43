import { LatheError } from "../../base/errors.js";
import type { ImportAnswer, ImportReport, NetworkReads } from "../../contract/import-report.js";
import type { ProjectInput } from "../../contract/project.js";
import { type InputDraft } from "../../contract/data.js";
import { kindOf, outputsOf, picturesOf, windowsOf } from "../../features/index.js";
import { IMPORTED } from "../../pretrained/index.js";
import { type LayerInput, type Proposal, type Template, layerIds, projectFrom } from "../templates/template.js";
import { type Meaning, type Scaling, preparation } from "./meaning.js";

type Network = NonNullable<ImportAnswer["network"]>;

/** The block that holds an imported network, and the layer that uses it. */
const BLOCK = "imported";
/** Layers that one group of them names. */
const MOST_PATTERNS = 200;

/** How imported networks train: small steps, for weights that have learnt already. */
const training = { epochs: 20, batchSize: 16, shuffle: true, optimizer: { type: "Adam", lr: 0.0005 }, schedule: { type: "CosineAnnealingLR" } } as const;

export interface ImportWish {
  readonly network: Network;
  /** Of pictures. */
  readonly meaning?: Meaning | undefined;
  /** Of columns. */
  readonly scaling: Scaling;
  /** All layers of the network, or those that it names. */
  readonly frozen: "all" | readonly string[];
}

/** The kind of data that a network reads, by the axes of its input: pictures [N, C, H, W], series [N, T, C], rows [N, F]. @throws LatheError `usage` */
export function readsOf(inputs: ImportReport["inputs"]): NetworkReads {
  const [read, ...others] = inputs;
  if (!read || others.length > 0)
    throw new LatheError(
      "usage",
      `the network reads ${inputs.length} inputs (${inputs.map(({ name }) => name).join(", ")}), and import makes projects of networks that read one; end it ` +
        `with --until before they meet, or export it with one`,
    );
  const open = read.shape.slice(1).find((d) => typeof d === "string");
  if (open !== undefined)
    throw new LatheError(
      "usage",
      `the length ${open} of the input ${read.name} [${read.shape.join(", ")}] is open; give its size, or export the file with one`,
    );
  if (read.type !== "float32")
    throw new LatheError(
      "usage",
      `the input ${read.name} is of ${read.type}, expected float32: whole numbers, such as those of words, mean what only the file's own tokenizer knows`,
    );
  const kind = ({ 2: "table", 3: "series", 4: "pictures" } as const)[read.shape.length];
  if (kind === undefined) throw new LatheError("usage", `the input ${read.name} is [${read.shape.join(", ")}], expected [N, F], [N, T, C] or [N, C, H, W]`);
  return kind;
}

/** The network behind what prepares its input and before a head for the targets. */
export function importTemplate({ network, meaning, scaling, frozen }: ImportWish): Template {
  const reads = readsOf(network.inputs);
  const [input] = network.inputs;
  return {
    type: "imported",
    title: "Imported network",
    summary: "A network from an ONNX file with a head for the project's own answers",
    ...(reads === "table" ? {} : { reads }),
    create(proposal) {
      const lengths = (input?.shape ?? []).slice(1).map(Number);
      const own = meaning ? withPicture(proposal, lengths, meaning) : withColumns(proposal, reads, lengths, scaling);
      const id = layerIds({ ...proposal, inputs: own });
      const names = own.map(({ name }) => name);
      const joined: LayerInput[] = names.length > 1 ? [{ id: id("columns"), type: "Concat", from: names }] : [];
      const before = meaning ? preparation(id, meaning, lengths, names[0] ?? "") : joined;
      const block = { id: id("network"), type: "Block", block: BLOCK, from: [before.at(-1)?.id ?? names[0] ?? ""] };
      const shared = pooled(id, network.shape, block.id);
      const features = shared.at(-1)?.id ?? block.id;
      const heads = proposal.targets.map((target) => ({
        id: id(proposal.targets.length === 1 ? "head" : `head_${target.name}`),
        type: "Linear",
        from: [features],
        outFeatures: outputsOf(target),
      }));
      const model: ProjectInput["model"] = {
        blocks: { [BLOCK]: { inputs: network.inputs.map(({ name }) => name), layers: [...network.layers], output: network.output, pretrained: IMPORTED } },
        layers: [...before, block, ...shared, ...heads],
        outputs: proposal.targets.map((target, i) => ({ target: target.name, from: heads[i]?.id ?? "" })),
      };
      const groups = groupsOf(block.id, frozen);
      const split = reads === "series" ? { split: proposal.split ?? { by: "time" as const, validation: 0.15, test: 0.15 } } : {};
      return { ...projectFrom({ ...proposal, ...split, inputs: own }, model), training: { ...training, ...(groups.length > 0 ? { groups } : {}) } };
    },
  };
}

/** The picture as the network reads it. @throws LatheError `usage` where it reads something else */
function withPicture({ inputs }: Proposal, lengths: readonly number[], meaning: Meaning): InputDraft[] {
  const [picture] = picturesOf(inputs);
  if (!picture || inputs.length > 1)
    throw new LatheError("usage", `the network reads one picture a sample, got ${inputs.map(({ name }) => name).join(", ")}; choose the one`);
  const [channels = 3, height = 0, width = 0] = meaning.last ? [lengths[2], lengths[0], lengths[1]] : lengths;
  if (channels !== 1 && channels !== 3)
    throw new LatheError("usage", `the network reads pictures of ${channels} channels; there are those of 3, and of 1 for gray`);
  return [{ ...picture, size: [height, width], color: channels === 1 ? "gray" : "rgb", normalize: meaning.scale === "imagenet" ? "imagenet" : "none" }];
}

/** Columns as the network reads them. @throws LatheError `usage` where it reads something else, or others */
function withColumns({ inputs }: Proposal, reads: NetworkReads, lengths: readonly number[], normalize: Scaling): InputDraft[] {
  const columns = inputs.flatMap((one) => ("columns" in one && Array.isArray(one.columns) ? one.columns : []));
  if (reads === "series") {
    const [steps = 0, features = 0] = lengths;
    const [window] = windowsOf(inputs);
    if (!window || inputs.length > 1)
      throw new LatheError("usage", `the network reads one window of a series, got ${inputs.map(({ name }) => name).join(", ")}`);
    if (window.columns.length !== features || window.length !== steps)
      throw new LatheError(
        "usage",
        `the network reads windows of ${steps} rows of ${features} columns, got ${window.length} rows of ${window.columns.length}: ` +
          `${window.columns.join(", ")}; choose those that it reads, in its order`,
      );
    return [{ ...window, normalize }];
  }
  const strange = inputs.find((one) => kindOf(one).reads !== "values" || kindOf(one).cells !== "number");
  if (strange) throw new LatheError("usage", `the network reads numbers, and ${strange.name} is ${strange.type}; leave it out`);
  if (columns.length !== lengths[0])
    throw new LatheError(
      "usage",
      `the network reads ${lengths[0] ?? 0} numbers a row, got ${columns.length}: ${columns.join(", ")}; choose those that it reads, in its order`,
    );
  return inputs.map((input) => ({ ...input, normalize }) as InputDraft);
}

/** What makes features of a sample one row of numbers. */
function pooled(id: (wanted: string) => string, shape: readonly (number | string)[], from: string): LayerInput[] {
  if (shape.length === 2) return [];
  const pool = shape.length === 4 ? [{ id: id("pool"), type: "AdaptiveAvgPool2d", from: [from], outputSize: 1 }] : [];
  return [...pool, { id: id("flat"), type: "Flatten", from: [pool[0]?.id ?? from] }];
}

function groupsOf(block: string, frozen: "all" | readonly string[]): { layers: string[]; frozen: true }[] {
  const names = frozen === "all" ? [block] : frozen.map((layer) => `${block}.${layer}`);
  return Array.from({ length: Math.ceil(names.length / MOST_PATTERNS) }, (_, i) => ({
    layers: names.slice(i * MOST_PATTERNS, (i + 1) * MOST_PATTERNS),
    frozen: true as const,
  }));
}
