import type { PictureNetwork } from "./network.js";

/** Two convolutions, each with ELU and a pool: what one begins with. */
export const twoBlockCnn: PictureNetwork = {
  type: "two-block-cnn",
  title: "Two convolutions",
  summary: "32 and 64 patterns of 3 × 3, each halved in size; small, quick, a good start",
  layers: (id, from) => [
    { id: id("conv1"), type: "Conv2d", from: [from], outChannels: 32, kernelSize: 3, padding: 1 },
    { id: id("act1"), type: "ELU" },
    { id: id("pool1"), type: "MaxPool2d", kernelSize: 2 },
    { id: id("conv2"), type: "Conv2d", outChannels: 64, kernelSize: 3, padding: 1 },
    { id: id("act2"), type: "ELU" },
    { id: id("pool2"), type: "MaxPool2d", kernelSize: 2 },
    { id: id("flat"), type: "Flatten" },
  ],
};
