import type { TensorData } from "../../onnx/types.js";
import { type Recogniser, type Step, isKnown } from "../recogniser.js";

/** Conv over series or pictures. A border that is not the same on both sides is one of its own before it. */
export const conv: Recogniser = {
  type: "Conv",
  recognise: (step) => {
    const [x, weight] = [step.value(0), step.weights(1)];
    const [gives] = step.results;
    const rank = (weight?.dims.length ?? 0) - 2;
    if (!x || !gives || !weight || (rank !== 1 && rank !== 2) || !isKnown(x)) return undefined;
    const bias = step.weights(2);
    if (step.operands[2] !== undefined && !bias) return undefined;
    // Exporters write zeros where there is no bias.
    const constant = step.operands[2]?.data !== undefined && step.operands[2].learned === undefined;
    const none = !bias || (constant && bias.data.every((v) => Number(v) === 0));
    const border = borderOf(step, rank);
    const even = border.slice(0, rank).every((n, i) => n === border[i + rank]);
    if (border.some((n) => n < 0) || (!even && rank === 1)) return undefined;
    const [top = 0, left = 0, bottom = 0, right = 0] = border;
    const values: Record<string, TensorData> = none ? { weight } : { weight, bias };
    const layer = {
      type: `Conv${rank}d`,
      options: {
        outChannels: weight.dims[0] ?? 0,
        kernelSize: perAxis(weight.dims.slice(2)),
        ...option("stride", step.ints("strides"), 1),
        ...(even ? option("padding", border.slice(0, rank), 0) : {}),
        ...option("dilation", step.ints("dilations"), 1),
        ...(step.int("group", 1) === 1 ? {} : { groups: step.int("group", 1) }),
        ...(none ? { bias: false } : {}),
      },
      reads: [x],
      gives,
      values,
    };
    return even ? layer : { ...layer, before: { type: "ZeroPad2d", options: { padding: [left, right, top, bottom] }, reads: [x] } };
  },
};

/** Pads before and after each axis. */
export function borderOf(step: Step, rank: number): readonly number[] {
  return step.ints("pads") ?? new Array<number>(2 * rank).fill(0);
}

/** One number where all axes have the same; of series always one. */
export function perAxis(values: readonly number[]): number | readonly number[] {
  return values.every((v) => v === values[0]) ? (values[0] ?? 1) : values;
}

/** Nothing where it is what the layer does anyway. */
export function option(name: string, values: readonly number[] | undefined, byDefault: number): Readonly<Record<string, unknown>> {
  return values === undefined || values.every((v) => v === byDefault) ? {} : { [name]: perAxis(values) };
}
