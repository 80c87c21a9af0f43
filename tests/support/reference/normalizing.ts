import type { Call, Kernel, Kernels } from "./kernel.js";
import { type Tensor, at, atBroadcast, build, forEachIndex, frontAxis, product } from "./tensor.js";

/** BatchNormalization, LayerNormalization, Dropout. */

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function variance(values: readonly number[]): number {
  const mean = average(values);
  return average(values.map((v) => (v - mean) ** 2));
}

/**
 * X is [N, C, …]; statistics are by channel. In training the batch's own are used, its variance biased (divided by the count), and
 * running = input · momentum + batch · (1 - momentum).
 */
const batchNormalization: Kernel = (c) => {
  const [x, scale, bias, inputMean, inputVariance] = [0, 1, 2, 3, 4].map((i) => c.input(i)) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const epsilon = c.float("epsilon", 1e-5);
  const momentum = c.float("momentum", 0.9);
  const training = c.int("training_mode", 0) === 1;
  const channelOf = (index: readonly number[]): number => (x.dims.length > 1 ? index[1]! : 0);
  const groups = inputMean.data.map((): number[] => []);
  forEachIndex(x.dims, (index) => groups[channelOf(index)]!.push(at(x, index)));
  const mean = training ? groups.map(average) : inputMean.data;
  const spread = training ? groups.map(variance) : inputVariance.data;
  const y = build(x.dtype, x.dims, (index) => {
    const k = channelOf(index);
    return ((at(x, index) - mean[k]!) / Math.sqrt(spread[k]! + epsilon)) * scale.data[k]! + bias.data[k]!;
  });
  const running = (old: Tensor, batch: readonly number[]): Tensor => ({ ...old, data: old.data.map((v, k) => v * momentum + batch[k]! * (1 - momentum)) });
  return training ? [y, running(inputMean, mean), running(inputVariance, spread)] : [y];
};

/**
 * Normalises over the axes from `axis` on; outputs Y, the mean and 1 / √(variance + ε), the latter two with length 1 there and of type float32 (stash_type 1).
 */
const layerNormalization: Kernel = (c) => {
  const [x, scale] = [c.input(0), c.input(1)];
  const bias = c.inputs[2];
  const axis = frontAxis(c.int("axis", -1), x.dims.length);
  const epsilon = c.float("epsilon", 1e-5);
  const outer = x.dims.map((d, i) => (i < axis ? d : 1));
  const length = product(x.dims.slice(axis));
  const group = (index: readonly number[]): readonly number[] => {
    const start = index.slice(0, axis).reduce((offset, i, k) => offset * x.dims[k]! + i, 0) * length;
    return x.data.slice(start, start + length);
  };
  const mean = build("float32", outer, (index) => average(group(index)));
  const inverse = build("float32", outer, (index) => 1 / Math.sqrt(variance(group(index)) + epsilon));
  const y = build(x.dtype, x.dims, (index) => {
    const normal = (at(x, index) - atBroadcast(mean, index)) * atBroadcast(inverse, index);
    return normal * atBroadcast(scale, index) + (bias ? atBroadcast(bias, index) : 0);
  });
  return [y, mean, inverse];
};

/** Outputs data · mask / (1 - ratio) and the mask. The mask is drawn by a fixed hash of the place, so that every evaluation drops the same elements. */
const dropout: Kernel = (c) => {
  const x = c.input(0);
  const ratio = c.inputs[1]?.data[0] ?? 0.5;
  const training = (c.inputs[2]?.data[0] ?? 0) !== 0;
  const kept = x.data.map((_, i) => (!training || noise(c, i) >= ratio ? 1 : 0));
  const scale = training ? 1 / (1 - ratio) : 1;
  return [
    { ...x, data: x.data.map((v, i) => v * kept[i]! * scale) },
    { dtype: "bool", dims: x.dims, data: kept },
  ];
};

function noise(c: Call, i: number): number {
  const wave = Math.sin((c.int("seed", 0) + 1) * 12.9898 + (i + 1) * 78.233) * 43758.5453;
  return wave - Math.floor(wave);
}

export const normalizing: Kernels = { BatchNormalization: batchNormalization, LayerNormalization: layerNormalization, Dropout: dropout };
