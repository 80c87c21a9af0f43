import { defineLayer } from "./layer.js";
import { averagePoolLayer } from "./pooling.js";

/** torch.nn.AvgPool1d */
export const avgPool1d = defineLayer(averagePoolLayer(1, "Keeps the mean of each window: makes a series smaller"));
