import { createRegistry } from "../../../base/registry.js";
import type { PictureNetwork } from "./network.js";
import { smallMobilenet } from "./small-mobilenet.js";
import { smallResnet } from "./small-resnet.js";
import { twoBlockCnn } from "./two-block-cnn.js";

/** Every network for pictures to start from, the smallest first. */
export const pictureNetworks = createRegistry<PictureNetwork>("network for pictures", [twoBlockCnn, smallResnet, smallMobilenet], "usage");
