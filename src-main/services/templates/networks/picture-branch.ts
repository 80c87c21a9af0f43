import type { ProjectInput } from "../../../contract/project.js";
import { kindOf, picturesOf } from "../../../features/index.js";
import { pictureTraining } from "../images.js";
import { type LayerInput, type Proposal, hidden } from "../template.js";
import { type Ids, convNorm } from "./network.js";

/** Patterns of the first convolution; each one after it has twice as many. */
const FIRST = 16;
/** At most so many convolutions, and numbers that a picture becomes. */
const [BLOCKS, FEATURES] = [3, 128];
/** A smaller side is not halved again. */
const LEAST = 8;

/**
 * How a picture is read that is one of several inputs, or is asked for several targets: three convolutions of 3 × 3, each with batch norm, ELU and a pool, and
 * 128 numbers made of what is left. The README's table of glyphs says how it compares.
 * @param size height and width of the picture
 */
export function pictureBranch(id: Ids, from: string, size: readonly [number, number]): LayerInput[] {
  const layers: LayerInput[] = [];
  let side = Math.min(...size);
  for (let block = 0; block < BLOCKS && (block === 0 || side >= LEAST); block++) {
    const conv = { outChannels: FIRST * 2 ** block, kernelSize: 3, padding: 1 };
    layers.push(...convNorm(id, `${block + 1}`, conv, "ELU", block === 0 ? [from] : undefined));
    if (side >= LEAST) layers.push({ id: id(`pool${block + 1}`), type: "MaxPool2d", kernelSize: 2 });
    side = Math.floor(side / 2);
  }
  return [...layers, { id: id("flat"), type: "Flatten" }, ...hidden(id, "", FEATURES)];
}

/** How tall and wide an input's pictures are; undefined where it has none. */
export function pictureSize(input: Proposal["inputs"][number]): readonly [number, number] | undefined {
  return picturesOf([input])[0]?.size;
}

/** Whether an input is one of several values: beside pictures these are joined as they are, so that each value can rule out answers by itself. */
export function isWord(input: Proposal["inputs"][number]): boolean {
  return kindOf(input).reads === "values" && kindOf(input).cells === "text";
}

/** How such networks train: larger steps than a single answer wants, and classes that are never quite sure. */
export function branchTraining({ targets }: Proposal): ProjectInput["training"] {
  const classes = targets.filter(({ type }) => type === "category");
  return {
    ...pictureTraining,
    batchSize: 32,
    optimizer: { type: "Adam", lr: 0.003 },
    ...(classes.length === 0 ? {} : { losses: Object.fromEntries(classes.map(({ name }) => [name, { type: "CrossEntropyLoss", labelSmoothing: 0.1 }])) }),
  };
}
