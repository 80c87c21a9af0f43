import type { ProjectInput } from "../../../contract/project.js";
import type { Backbone } from "../../../pretrained/index.js";
import { type LayerInput, last } from "../template.js";

/** Gives out layer ids that nothing else has. */
export type Ids = (wanted: string) => string;

/** A network that reads a picture `[N, C, H, W]` and makes one row of features `[N, F]` of it. */
export interface PictureNetwork {
  readonly type: string;
  /** What a user calls it. */
  readonly title: string;
  readonly summary: string;
  /** The pretrained network that it begins from, whose blocks its layers use. */
  readonly backbone?: Backbone;
  /** Its layers; the first reads `from`, the last is the row. */
  layers(id: Ids, from: string): readonly LayerInput[];
}

export interface PictureParts {
  /** The input that is a picture. */
  readonly picture: string;
  /** Other inputs, of one row each, which are put beside the picture's features. */
  readonly others: readonly string[];
  readonly targets: readonly { readonly name: string; readonly outFeatures: number | "classes" }[];
}

/** The network with its answers: features, whatever else is known, and a Linear for each target. */
export function pictureModel(network: PictureNetwork, id: Ids, { picture, others, targets }: PictureParts): ProjectInput["model"] {
  const layers: LayerInput[] = [...network.layers(id, picture)];
  if (others.length > 0) layers.push({ id: id("join"), type: "Concat", from: [last(layers), ...others] });
  const trunk = last(layers);
  const outputs = targets.map(({ name, outFeatures }) => {
    const single = targets.length === 1;
    const out = id(single ? "out" : `out_${name}`);
    layers.push({ id: out, type: "Linear", ...(!single && { from: [trunk] }), outFeatures });
    return { target: name, from: out };
  });
  return { ...(network.backbone ? { blocks: network.backbone.blocks() } : {}), layers, outputs };
}

/** Convolution, batch norm and what comes after: most networks are made of these. Batch norm has a bias of its own. */
export function convNorm(
  id: Ids,
  suffix: string,
  conv: Readonly<Record<string, unknown>>,
  activation: string | undefined,
  from?: readonly string[],
): LayerInput[] {
  return [
    { id: id(`conv${suffix}`), type: "Conv2d", ...(from && { from }), ...conv, bias: false },
    { id: id(`norm${suffix}`), type: "BatchNorm2d" },
    ...(activation === undefined ? [] : [{ id: id(`act${suffix}`), type: activation }]),
  ];
}
