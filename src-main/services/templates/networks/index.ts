import { createRegistry } from "../../../base/registry.js";
import { dLinear } from "./d-linear.js";
import { efficientNetLite0 } from "./efficientnet-lite0.js";
import type { PictureNetwork } from "./network.js";
import { gru, lstm, rnn } from "./recurrent.js";
import type { SeriesNetwork } from "./series-network.js";
import { smallAttention } from "./small-attention.js";
import { smallMobilenet } from "./small-mobilenet.js";
import { smallResnet } from "./small-resnet.js";
import { tcn } from "./tcn.js";
import { twoBlockCnn } from "./two-block-cnn.js";

/** Every network for pictures to start from, the smallest first. */
export const pictureNetworks = createRegistry<PictureNetwork>("network for pictures", [twoBlockCnn, smallResnet, smallMobilenet, efficientNetLite0], "usage");

/** Every network for windows of a series to start from, what one begins with first. */
export const seriesNetworks = createRegistry<SeriesNetwork>("network for series", [gru, lstm, rnn, tcn, smallAttention, dLinear], "usage");
