import { convolutionLayer } from "./convolution.js";
import { defineLayer } from "./layer.js";

/** torch.nn.Conv2d */
export const conv2d = defineLayer(convolutionLayer(2, "Looks for small patterns in a picture, the same ones everywhere"));
