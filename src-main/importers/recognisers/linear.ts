import type { TensorData, Value } from "../../onnx/types.js";
import { of } from "../evaluate.js";
import { type Numbers, type Recognised, type Recogniser, type Step } from "../recogniser.js";

/** x·Wᵀ + b as Gemm has it, of rows. */
export const gemm: Recogniser = {
  type: "Gemm",
  recognise: (step) => {
    const [x, weight] = [step.value(0), step.weights(1)];
    if (!x || weight?.dims.length !== 2 || step.int("transA", 0) !== 0 || step.float("alpha", 1) !== 1 || step.float("beta", 1) !== 1) return undefined;
    const turned = step.int("transB", 0) === 1 ? weight : transposed(weight);
    return linear(step, x, turned, step.operands[2] === undefined ? "none" : biasOf(step.weights(2), turned.dims[0] ?? 0));
  },
};

/** The same as MatMul and what is added to it, of rows or of steps of a sequence. */
export const matMulAdd: Recogniser = {
  type: "Add",
  recognise: (step) => {
    for (const [product, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const made = step.from(product, "MatMul");
      const found = made && product_(made);
      const bias = found && biasOf(step.weights(other), found.weight.dims[0] ?? 0);
      const layer = found && bias && linear(step, found.x, found.weight, bias);
      if (made && layer) return { ...layer, covers: [made] };
    }
    return undefined;
  },
};

export const matMul: Recogniser = {
  type: "MatMul",
  recognise: (step) => {
    const found = product_(step);
    return found && linear(step, found.x, found.weight, "none");
  },
};

function product_(step: Step): { readonly x: Value; readonly weight: Numbers } | undefined {
  const [x, weight] = [step.value(0), step.weights(1)];
  return x && x.shape.length >= 2 && weight?.dims.length === 2 ? { x, weight: transposed(weight) } : undefined;
}

function linear(step: Step, x: Value, weight: Numbers, bias: Numbers | "none" | undefined): Recognised | undefined {
  const [gives] = step.results;
  if (!gives || bias === undefined || weight.dtype !== "float32" || x.dtype !== "float32") return undefined;
  const values: Record<string, TensorData> = bias === "none" ? { weight } : { weight, bias };
  return { type: "Linear", options: { outFeatures: weight.dims[0] ?? 0, ...(bias === "none" ? { bias: false } : {}) }, reads: [x], gives, values };
}

/** One number for each output. */
export function biasOf(data: Numbers | undefined, outputs: number): Numbers | undefined {
  return data?.data.length === outputs && data.dims.at(-1) === outputs ? (of(data.dtype, Array.from(data.data, Number), [outputs]) as Numbers) : undefined;
}

export function transposed({ dtype, dims: [rows = 0, columns = 0], data }: Numbers): Numbers {
  const values = Array.from({ length: rows * columns }, (_, i) => Number(data[(i % rows) * columns + Math.floor(i / rows)] ?? 0));
  return of(dtype, values, [columns, rows]) as Numbers;
}
