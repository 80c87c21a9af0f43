import { LatheError } from "../../base/errors.js";
import type { LayerInput } from "../templates/template.js";

/** What the numbers of a network's input mean. */
export interface Meaning {
  /** `imagenet`: (x − mean) / deviation of ImageNet; a range of pixels; or means and deviations by channel of pixels from 0 to 1. */
  readonly scale: "imagenet" | "0..1" | "-1..1" | "0..255" | { readonly mean: readonly number[]; readonly deviation: readonly number[] };
  /** Blue first, as OpenCV has pixels. */
  readonly bgr: boolean;
  /** Channels are the last axis: [N, H, W, C]. */
  readonly last: boolean;
}

const RANGES = ["imagenet", "0..1", "-1..1", "0..255"] as const;

/** What columns of numbers are to a network: brought to mean 0 and deviation 1, or to 0 to 1, by the training rows; or as they are. */
const SCALINGS = ["standard", "minmax", "none"] as const;
export type Scaling = (typeof SCALINGS)[number];

/** Reads what columns are to a network. @throws LatheError `usage` */
export function scalingFrom(text: string): Scaling {
  const scaling = SCALINGS.find((one) => one === text);
  if (scaling) return scaling;
  throw new LatheError("usage", `normalize got "${text}", expected ${SCALINGS.join(", ")}, as the network reads columns of numbers`);
}

/** Reads what pixels are to a network: a name of a range, or means and deviations. @throws LatheError `usage` */
export function scaleFrom(text: string): Meaning["scale"] {
  const range = RANGES.find((one) => one === text);
  if (range) return range;
  const [mean, deviation, ...more] = text.split(",").map((part) => part.split("/").map((n) => (n.trim() === "" ? Number.NaN : Number(n))));
  const fits =
    mean &&
    deviation &&
    more.length === 0 &&
    mean.length === deviation.length &&
    [...mean, ...deviation].every(Number.isFinite) &&
    deviation.every((d) => d > 0);
  if (fits) return { mean, deviation };
  throw new LatheError(
    "usage",
    `normalize got "${text}", expected ${RANGES.join(", ")}, or mean,deviation of pixels from 0 to 1, by channel as in 0.5/0.5/0.5,0.2/0.2/0.2`,
  );
}

/** Layers that bring pictures of 0 to 1, [N, C, H, W], to what the network was trained on. @param lengths of its input */
export function preparation(id: (wanted: string) => string, { scale, bgr, last }: Meaning, lengths: readonly number[], from: string): LayerInput[] {
  const layers: LayerInput[] = [];
  const channels = last ? lengths[2] : lengths[0];
  if (bgr && channels !== 3) throw new LatheError("usage", `--channels bgr is of pictures in colour; the network reads ${channels ?? 1} channel`);
  const next = (wanted: string, op: string, constant: readonly number[], shape: readonly number[]) => {
    const operands = ["input", { constant: { dtype: op === "Gather" ? "int64" : "float32", shape: [...shape], values: [...constant] } }];
    const attributes = op === "Gather" ? { attributes: { axis: { int: 1 } } } : {};
    layers.push({ id: id(wanted), type: "OnnxOperator", from: [layers.at(-1)?.id ?? from], op, ...attributes, operands });
  };
  if (scale === "0..255") next("to_255", "Mul", [255], []);
  else if (scale === "-1..1") {
    next("to_2", "Mul", [2], []);
    next("to_centre", "Sub", [1], []);
  } else if (typeof scale === "object") {
    if (scale.mean.length !== 1 && scale.mean.length !== channels)
      throw new LatheError("usage", `normalize got ${scale.mean.length} means, expected one, or one for each of ${channels ?? 1} channels`);
    next("centred", "Sub", scale.mean, [scale.mean.length, 1, 1]);
    next("scaled", "Div", scale.deviation, [scale.deviation.length, 1, 1]);
  }
  if (bgr) next("blue_first", "Gather", [2, 1, 0], [3]);
  if (last) layers.push({ id: id("channels_last"), type: "Permute", from: [layers.at(-1)?.id ?? from], dims: [0, 2, 3, 1] });
  return layers;
}
