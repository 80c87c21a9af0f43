import { defineLayer } from "./layer.js";
import { paddingLayer } from "./padding.js";

/** torch.nn.ReplicationPad2d */
export const replicationPad2d = defineLayer(paddingLayer("ReplicationPad2d", "edge", "Puts a border around pictures that repeats their edge"));
