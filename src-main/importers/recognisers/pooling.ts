import { type Recognised, type Recogniser, type Step, isKnown } from "../recogniser.js";
import { borderOf, option, perAxis } from "./convolution.js";

/** Pools over series or pictures, with the same border on both sides. */
export const maxPool: Recogniser = { type: "MaxPool", recognise: (step) => pool(step, "MaxPool", option("dilation", step.ints("dilations"), 1)) };

export const averagePool: Recogniser = {
  type: "AveragePool",
  recognise: (step) => pool(step, "AvgPool", step.int("count_include_pad", 0) === 1 ? {} : { countIncludePad: false }),
};

function pool(step: Step, type: string, more: Readonly<Record<string, unknown>>): Recognised | undefined {
  const x = step.value(0);
  const [gives] = step.results;
  const kernel = step.ints("kernel_shape") ?? [];
  const rank = kernel.length;
  if (!x || !gives || (rank !== 1 && rank !== 2) || !isKnown(x)) return undefined;
  const border = borderOf(step, rank);
  if (border.slice(0, rank).some((n, i) => n !== border[i + rank] || n < 0 || n > (kernel[i] ?? 0) / 2)) return undefined;
  const strides = step.ints("strides") ?? kernel.map(() => 1);
  return {
    type: `${type}${rank}d`,
    options: {
      kernelSize: perAxis(kernel),
      ...(strides.every((s, i) => s === kernel[i]) ? {} : { stride: perAxis(strides) }),
      ...option("padding", border.slice(0, rank), 0),
      ...(step.int("ceil_mode", 0) === 1 ? { ceilMode: true } : {}),
      ...(border.every((n) => n === 0) && step.int("ceil_mode", 0) === 0 ? {} : more),
      ...("dilation" in more ? more : {}),
    },
    reads: [x],
    gives,
  };
}

/** The mean, or the largest, of each channel. */
export const globalAveragePool: Recogniser = { type: "GlobalAveragePool", recognise: (step) => whole(step, "AdaptiveAvgPool") };
export const globalMaxPool: Recogniser = { type: "GlobalMaxPool", recognise: (step) => whole(step, "AdaptiveMaxPool") };

/** The mean over the places of a picture, as newer exporters write it. */
export const spatialMean: Recogniser = {
  type: "ReduceMean",
  recognise: (step) => {
    const x = step.value(0);
    const axes = (step.ints("axes") ?? []).map((axis) => (axis < 0 ? axis + (x?.shape.length ?? 0) : axis)).sort((a, b) => a - b);
    if (x?.shape.length !== 4 || axes.join() !== "2,3") return undefined;
    const found = whole(step, "AdaptiveAvgPool");
    return found && step.int("keepdims", 1) === 0 ? { ...found, after: { type: "Flatten" } } : found;
  },
};

function whole(step: Step, type: string): Recognised | undefined {
  const x = step.value(0);
  const [gives] = step.results;
  if (x?.shape.length !== 4 || !gives || !isKnown(x) || x.shape[0] !== "N") return undefined;
  return { type: `${type}2d`, options: { outputSize: 1 }, reads: [x], gives };
}
