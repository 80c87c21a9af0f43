import { defined } from "../../base/assert.js";
import type { InputSpec, TargetSpec } from "../../contract/data.js";
import type { Emitter } from "../../onnx/emitter.js";
import type { TensorType, Value } from "../../onnx/types.js";
import { tensor } from "../../onnx/types.js";
import { binaryInput, binaryTarget } from "./binary.js";
import { categoryInput, categoryTarget } from "./category.js";
import type { FitContext } from "./encoder.js";
import type { FittedData, FittedInput, FittedNumericTarget, FittedTarget } from "./fitted.js";
import { numericInput, numericTarget } from "./numeric.js";

/** @throws LatheError `data.value`, `data.column` */
export function fitInput(spec: InputSpec, columns: readonly string[], context: FitContext): Promise<FittedInput> {
  switch (spec.type) {
    case "numeric": return numericInput.fit(spec, columns, context);
    case "category": return categoryInput.fit(spec, columns, context);
    case "binary": return binaryInput.fit(spec, columns, context);
  }
}

/** @throws LatheError `data.target` */
export function fitTarget(spec: TargetSpec, columns: readonly string[], context: FitContext): Promise<FittedTarget> {
  switch (spec.type) {
    case "numeric": return numericTarget.fit(spec, columns, context);
    case "category": return categoryTarget.fit(spec, columns, context);
    case "binary": return binaryTarget.fit(spec, columns, context);
  }
}

/** Type of the raw graph input of an encoder: float32 `[N, columns]` with NaN for missing, or string `[N, 1]` with "" for missing. */
export function rawType(fitted: FittedInput): TensorType {
  switch (fitted.type) {
    case "numeric": return numericInput.rawType(fitted);
    case "category": return categoryInput.rawType(fitted);
    case "binary": return binaryInput.rawType(fitted);
  }
}

/** The encoded input is float32 `[N, width]`. */
export function widthOf(fitted: FittedInput): number {
  switch (fitted.type) {
    case "numeric": return numericInput.width(fitted);
    case "category": return categoryInput.width(fitted);
    case "binary": return binaryInput.width(fitted);
  }
}

/** Emits the encoder: the raw value in, encoded float32 `[N, width]` out. Training data and the exported model both come from here. */
export function lowerInput(e: Emitter, raw: Value, fitted: FittedInput): Value {
  return e.graph.scope(fitted.name, () => {
    switch (fitted.type) {
      case "numeric": return numericInput.lower(e, raw, fitted);
      case "category": return categoryInput.lower(e, raw, fitted);
      case "binary": return binaryInput.lower(e, raw, fitted);
    }
  });
}

/** Declares the raw inputs of a model, named as in the project, and encodes them. */
export function lowerInputs(e: Emitter, fitted: FittedData): ReadonlyMap<string, Value> {
  const raws = fitted.inputs.map((input) => {
    const { dtype, shape } = rawType(input);
    return e.graph.input(input.name, dtype, shape, input.type === "numeric" ? `${input.columns.join(", ")}; NaN is missing` : `${input.column}; "" is missing`);
  });
  return new Map(fitted.inputs.map((input, i) => [input.name, lowerInput(e, defined(raws[i], input.name), input)]));
}

/** Undoes the scaling of a numeric target: y = x · scale + shift, float32 `[N, columns]`. */
export function lowerTarget(e: Emitter, predicted: Value, { name, shift, scale }: FittedNumericTarget): Value {
  return e.graph.scope(name, () => {
    const row = (values: readonly number[]) => e.constant(tensor("float32", values, [1, values.length]));
    const scaled = scale.every((s) => s === 1) ? predicted : e.mul(predicted, row(scale));
    return shift.every((s) => s === 0) ? scaled : e.add(scaled, row(shift));
  });
}

/** Values of a target in a sample: its columns, or 1 for a class or a yes or no. */
export function targetWidth(fitted: FittedTarget): number {
  return fitted.type === "numeric" ? fitted.columns.length : 1;
}
