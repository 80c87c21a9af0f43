import { defineLayer } from "./layer.js";
import { maxPoolLayer } from "./pooling.js";

/** torch.nn.MaxPool2d */
export const maxPool2d = defineLayer(maxPoolLayer(2, "Keeps the largest of each window: makes a picture smaller, and less sensitive to where things are"));
