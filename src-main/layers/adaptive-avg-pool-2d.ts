import { adaptivePoolLayer } from "./adaptive-pooling.js";
import { defineLayer } from "./layer.js";

/** torch.nn.AdaptiveAvgPool2d */
export const adaptiveAvgPool2d = defineLayer(adaptivePoolLayer("Avg", 2, "Means over a picture, as many as wanted: 1 sums up each channel in one number"));
