import { defineLayer } from "./layer.js";
import { paddingLayer } from "./padding.js";

/** torch.nn.ZeroPad2d */
export const zeroPad2d = defineLayer(paddingLayer("ZeroPad2d", "constant", "Puts a border of zeros around pictures"));
