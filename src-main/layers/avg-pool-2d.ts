import { defineLayer } from "./layer.js";
import { averagePoolLayer } from "./pooling.js";

/** torch.nn.AvgPool2d */
export const avgPool2d = defineLayer(averagePoolLayer(2, "Keeps the mean of each window: makes a picture smaller"));
