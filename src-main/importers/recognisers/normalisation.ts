import { type TensorData, sameShape } from "../../onnx/types.js";
import { type Recognised, type Recogniser, type Step } from "../recogniser.js";

/** By its running statistics as the file has them. */
export const batchNormalization: Recogniser = {
  type: "BatchNormalization",
  recognise: (step) => {
    const x = step.value(0);
    const [gives] = step.results;
    const [weight, bias, mean, variance] = [1, 2, 3, 4].map((i) => step.weights(i));
    const rank = x?.shape.length ?? 0;
    if (!x || !gives || !weight || !bias || !mean || !variance || x.shape[0] !== "N" || rank < 2 || rank > 4) return undefined;
    // ONNX says what is kept of the old statistics, PyTorch what is taken of the new.
    const momentum = Number((1 - step.float("momentum", 0.9)).toFixed(6));
    return {
      type: rank === 4 ? "BatchNorm2d" : "BatchNorm1d",
      options: { ...eps(step), ...(momentum === 0.1 ? {} : { momentum: Math.min(1, Math.max(0, momentum)) }) },
      reads: [x],
      gives,
      values: { weight, bias, runningMean: mean, runningVar: variance },
    };
  },
};

export const layerNormalization: Recogniser = {
  type: "LayerNormalization",
  recognise: (step) => layerNorm(step, step.int("axis", -1), Number(step.float("epsilon", 1e-5).toPrecision(6)), [1, 2]),
};

/** The same in the parts that exporters before opset 17 write. */
export const writtenLayerNorm: Recogniser = {
  type: "Add",
  recognise: (step) => {
    const scaled = step.from(0, "Mul");
    const divided = scaled?.from(0, "Div");
    const centred = divided?.maker(0);
    const root = divided?.from(1, "Sqrt");
    const shifted = root?.from(0, "Add");
    const variance = shifted?.from(0, "ReduceMean");
    const square = variance?.from(0, "Pow");
    const mean = centred?.from(1, "ReduceMean");
    const x = centred?.value(0);
    const [eps, power] = [shifted?.numbers(1), square?.numbers(1)];
    if (!scaled || !divided || !centred || !root || !shifted || !variance || !square || !mean || !x || eps?.length !== 1 || power?.join() !== "2")
      return undefined;
    const last = (v: Step) => v.ints("axes")?.every((axis) => axis === -1 || axis === x.shape.length - 1) === true && v.int("keepdims", 1) === 1;
    const own = centred.results[0]?.name;
    if (centred.node.op !== "Sub" || !last(mean) || !last(variance) || mean.value(0)?.name !== x.name || square.value(0)?.name !== own) return undefined;
    // Only what is divided and what is squared may read it.
    if (centred.readers !== 2) return undefined;
    const found = layerNormOf(step, x, scaled.weights(1), step.weights(1), -1, Number((eps[0] ?? 0).toPrecision(6)));
    return found && { ...found, covers: [scaled, divided, centred, root, shifted, variance, square, mean] };
  },
};

function layerNorm(step: Step, axis: number, epsilon: number, [scale, bias]: readonly [number, number]): Recognised | undefined {
  const x = step.value(0);
  return x && layerNormOf(step, x, step.weights(scale), step.operands[bias] === undefined ? "none" : step.weights(bias), axis, epsilon);
}

function layerNormOf(
  step: Step,
  x: NonNullable<ReturnType<Step["value"]>>,
  weight: TensorData | undefined,
  bias: TensorData | "none" | undefined,
  axis: number,
  epsilon: number,
): Recognised | undefined {
  const [gives] = step.results;
  const first = axis < 0 ? axis + x.shape.length : axis;
  const last = x.shape.slice(first);
  if (!gives || !weight || bias === undefined || first < 1 || x.shape[0] !== "N" || !sameShape(weight.dims, last)) return undefined;
  if (bias !== "none" && !sameShape(bias.dims, last)) return undefined;
  return {
    type: "LayerNorm",
    options: {
      ...(last.length === 1 ? {} : { normalizedShape: last }),
      ...(epsilon === 1e-5 ? {} : { eps: epsilon }),
      ...(bias === "none" ? { bias: false } : {}),
    },
    reads: [x],
    gives,
    values: bias === "none" ? { weight } : { weight, bias },
  };
}

function eps(step: Step): Readonly<Record<string, unknown>> {
  const value = Number(step.float("epsilon", 1e-5).toPrecision(6));
  return value === 1e-5 ? {} : { eps: value };
}
