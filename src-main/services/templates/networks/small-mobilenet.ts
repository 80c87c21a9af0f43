import { type LayerInput, last } from "../template.js";
import { type Ids, type PictureNetwork, convNorm } from "./network.js";
import { squeezeExcite } from "./squeeze-excite.js";

interface Stage {
  /** Channels inside, where each is looked at by itself. */
  readonly wide: number;
  readonly out: number;
  readonly stride: 1 | 2;
  readonly gated: boolean;
  readonly activation: "ReLU6" | "HardSwish";
}

const STAGES: readonly Stage[] = [
  { wide: 48, out: 24, stride: 2, gated: false, activation: "ReLU6" },
  { wide: 72, out: 24, stride: 1, gated: false, activation: "ReLU6" },
  { wide: 96, out: 40, stride: 2, gated: true, activation: "HardSwish" },
  { wide: 120, out: 40, stride: 1, gated: true, activation: "HardSwish" },
];

/**
 * Inverted residual blocks: widened, each channel convolved by itself, gated, narrowed. Howard et al. 2019, https://arxiv.org/abs/1905.02244, with fewer of
 * them
 */
export const smallMobilenet: PictureNetwork = {
  type: "small-mobilenet",
  title: "Small MobileNet",
  summary: "Four light blocks with gates; few weights, made for slow machines",
  layers: (id, from) => {
    const layers: LayerInput[] = [...convNorm(id, "0", { outChannels: 16, kernelSize: 3, stride: 2, padding: 1 }, "HardSwish", [from])];
    let channels = 16;
    for (const [i, stage] of STAGES.entries()) {
      layers.push(...inverted(id, String(i + 1), last(layers), channels, stage));
      channels = stage.out;
    }
    layers.push(...convNorm(id, "5", { outChannels: 128, kernelSize: 1 }, "HardSwish"));
    return [...layers, { id: id("mean"), type: "AdaptiveAvgPool2d", outputSize: 1 }, { id: id("flat"), type: "Flatten" }];
  },
};

function inverted(id: Ids, name: string, from: string, channels: number, { wide, out, stride, gated, activation }: Stage): readonly LayerInput[] {
  const layers: LayerInput[] = [
    ...convNorm(id, `${name}a`, { outChannels: wide, kernelSize: 1 }, activation, [from]),
    ...convNorm(id, `${name}b`, { outChannels: wide, kernelSize: 3, stride, padding: 1, groups: wide }, activation),
  ];
  if (gated) layers.push(...squeezeExcite(id, name, last(layers), wide));
  layers.push(...convNorm(id, `${name}c`, { outChannels: out, kernelSize: 1 }, undefined));
  if (stride === 1 && channels === out) layers.push({ id: id(`add${name}`), type: "Add", from: [last(layers), from] });
  return layers;
}
