import { type LayerInput, last } from "../template.js";
import type { Ids } from "./network.js";
import type { SeriesNetwork } from "./series-network.js";

const CHANNELS = 32;
const KERNEL = 3;
/** More are never needed: ten see over 4,000 steps. */
const MOST_BLOCKS = 10;

/**
 * Residual blocks of causal convolutions, each looking twice as far as the one before, as many as it takes to see the whole window; then the last step.
 * Bai et al. 2018, https://arxiv.org/abs/1803.01271, without weight normalisation
 */
export const tcn: SeriesNetwork = {
  type: "tcn",
  title: "TCN",
  summary: "Convolutions over time that never look ahead, with ways around them; quick on long windows",
  layers: (id, { name, length, features }) => {
    const layers: LayerInput[] = [{ id: id("turned"), type: "Permute", from: [name], dims: [0, 2, 1] }];
    for (let block = 0; block < blocksFor(length); block++) layers.push(...residual(id, block, last(layers), block > 0 || features === CHANNELS));
    return [...layers, { id: id("last"), type: "Select", dim: 2, index: -1 }];
  },
};

/** The last step sees 1 + 2·(KERNEL - 1)·(2ⁿ - 1) steps through n blocks. */
function blocksFor(length: number): number {
  const needed = Math.ceil(Math.log2((length - 1) / (2 * (KERNEL - 1)) + 1));
  return Math.min(MOST_BLOCKS, Math.max(1, needed));
}

/** What two convolutions make of x, added to x, which is brought to as many channels where it has others. */
function residual(id: Ids, block: number, from: string, fits: boolean): readonly LayerInput[] {
  const n = block + 1;
  const conv = { type: "Conv1d", outChannels: CHANNELS, kernelSize: KERNEL, dilation: 2 ** block, padding: "causal" };
  const first: LayerInput[] = [
    { id: id(`conv${n}a`), ...conv, from: [from] },
    { id: id(`act${n}a`), type: "ReLU" },
    { id: id(`drop${n}a`), type: "Dropout", p: 0.1 },
    { id: id(`conv${n}b`), ...conv },
    { id: id(`act${n}b`), type: "ReLU" },
    { id: id(`drop${n}b`), type: "Dropout", p: 0.1 },
  ];
  const around: LayerInput[] = fits ? [] : [{ id: id(`conv${n}s`), type: "Conv1d", from: [from], outChannels: CHANNELS, kernelSize: 1 }];
  return [...first, ...around, { id: id(`add${n}`), type: "Add", from: [last(first), fits ? from : last(around)] }, { id: id(`act${n}`), type: "ReLU" }];
}
