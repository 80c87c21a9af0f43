import { defineLayer } from "./layer.js";
import { maxPoolLayer } from "./pooling.js";

/** torch.nn.MaxPool1d */
export const maxPool1d = defineLayer(maxPoolLayer(1, "Keeps the largest of each window: makes a series smaller, and less sensitive to where things are"));
