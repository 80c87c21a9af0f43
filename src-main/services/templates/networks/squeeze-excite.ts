import type { LayerInput } from "../template.js";
import type { Ids } from "./network.js";

/** A gate for each channel, from the means of all channels. Hu et al. 2017, https://arxiv.org/abs/1709.01507 */
export function squeezeExcite(id: Ids, name: string, from: string, channels: number): readonly LayerInput[] {
  const gate = id(`gate${name}`);
  return [
    { id: id(`mean${name}`), type: "AdaptiveAvgPool2d", from: [from], outputSize: 1 },
    { id: id(`squeeze${name}`), type: "Conv2d", outChannels: Math.max(1, Math.round(channels / 4)), kernelSize: 1 },
    { id: id(`relu${name}`), type: "ReLU" },
    { id: id(`excite${name}`), type: "Conv2d", outChannels: channels, kernelSize: 1 },
    { id: gate, type: "HardSigmoid" },
    { id: id(`gated${name}`), type: "Mul", from: [from, gate] },
  ];
}
