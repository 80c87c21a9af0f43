import { type LayerInput, last } from "../template.js";
import { type Ids, type PictureNetwork, convNorm } from "./network.js";

/**
 * Three residual blocks of 32, 64 and 128 channels, each half the size of the one before, then the mean of each channel. He et al. 2015,
 * https://arxiv.org/abs/1512.03385
 */
export const smallResnet: PictureNetwork = {
  type: "small-resnet",
  title: "Small ResNet",
  summary: "Three blocks of two convolutions, each with a way around it; learns deeper patterns",
  layers: (id, from) => {
    const layers: LayerInput[] = [...convNorm(id, "0", { outChannels: 32, kernelSize: 3, stride: 2, padding: 1 }, "ReLU", [from])];
    for (const [i, { channels, stride }] of [
      { channels: 32, stride: 1 },
      { channels: 64, stride: 2 },
      { channels: 128, stride: 2 },
    ].entries()) {
      layers.push(...residual(id, String(i + 1), last(layers), channels, stride));
    }
    return [...layers, { id: id("mean"), type: "AdaptiveAvgPool2d", outputSize: 1 }, { id: id("flat"), type: "Flatten" }];
  },
};

/** The basic block: what two convolutions make of x, added to x, which is brought to the same shape by a convolution of 1 × 1 where it has another. */
function residual(id: Ids, name: string, from: string, outChannels: number, stride: number): readonly LayerInput[] {
  const first = convNorm(id, `${name}a`, { outChannels, kernelSize: 3, stride, padding: 1 }, "ReLU", [from]);
  const second = convNorm(id, `${name}b`, { outChannels, kernelSize: 3, padding: 1 }, undefined);
  const around = stride === 1 ? [] : convNorm(id, `${name}s`, { outChannels, kernelSize: 1, stride }, undefined, [from]);
  return [
    ...first,
    ...second,
    ...around,
    { id: id(`add${name}`), type: "Add", from: [last(second), around.length > 0 ? last(around) : from] },
    { id: id(`act${name}`), type: "ReLU" },
  ];
}
