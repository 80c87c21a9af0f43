import { defineLayer } from "./layer.js";
import { paddingLayer } from "./padding.js";

/** torch.nn.ReflectionPad2d */
export const reflectionPad2d = defineLayer(paddingLayer("ReflectionPad2d", "reflect", "Puts a border around pictures that mirrors them"));
