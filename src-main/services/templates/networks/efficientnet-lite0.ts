import { efficientNetLite0 as backbone } from "../../../pretrained/index.js";
import type { PictureNetwork } from "./network.js";

/** A pretrained network without its answers, as a block that opens, and the mean of each of its 1280 maps. */
export const efficientNetLite0: PictureNetwork = {
  type: backbone.type,
  title: "EfficientNet-Lite0",
  summary: "Begins from a network that has learnt from a million photographs: the best start with few pictures, which are too few to learn from alone",
  backbone,
  layers: (id, from) => [
    { id: id("backbone"), type: "Block", block: "backbone", from: [from] },
    { id: id("mean"), type: "AdaptiveAvgPool2d", outputSize: 1 },
    { id: id("flat"), type: "Flatten" },
  ],
};
