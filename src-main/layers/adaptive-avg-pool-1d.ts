import { adaptivePoolLayer } from "./adaptive-pooling.js";
import { defineLayer } from "./layer.js";

/** torch.nn.AdaptiveAvgPool1d */
export const adaptiveAvgPool1d = defineLayer(adaptivePoolLayer("Avg", 1, "Means over a series, as many as wanted: 1 sums up each channel in one number"));
