import { adaptivePoolLayer } from "./adaptive-pooling.js";
import { defineLayer } from "./layer.js";

/** torch.nn.AdaptiveMaxPool2d */
export const adaptiveMaxPool2d = defineLayer(adaptivePoolLayer("Max", 2, "Maxima over a picture, as many as wanted: 1 keeps each channel's largest number"));
