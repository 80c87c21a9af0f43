import { convolutionLayer } from "./convolution.js";
import { defineLayer } from "./layer.js";

/** torch.nn.Conv1d */
export const conv1d = defineLayer(convolutionLayer(1, "Looks for short patterns in a series, the same ones everywhere"));
