import { defined } from "../../base/assert.js";
import type { InputSpec, TargetSpec } from "../../contract/data.js";
import type { Emitter } from "../../onnx/emitter.js";
import type { TensorType, Value } from "../../onnx/types.js";
import { tensor } from "../../onnx/types.js";
import { binaryInput, binaryTarget } from "./binary.js";
import { categoryInput, categoryTarget } from "./category.js";
import type { FitContext } from "./encoder.js";
import type { FittedData, FittedInput, FittedNumericTarget, FittedTarget } from "./fitted.js";
import { imageInput, lowerStored, storedPictures } from "./image.js";
import { numericInput, numericTarget } from "./numeric.js";

/** @throws LatheError `data.value`, `data.column` */
export function fitInput(spec: InputSpec, columns: readonly string[], context: FitContext): Promise<FittedInput> {
  switch (spec.type) {
    case "numeric": return numericInput.fit(spec, columns, context);
    case "category": return categoryInput.fit(spec, columns, context);
    case "binary": return binaryInput.fit(spec, columns, context);
    case "image": return imageInput.fit(spec, columns, context);
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

/** Type of the raw graph input of an encoder: float32 `[N, columns]` with NaN for missing, string `[N, 1]` with "" for missing, or uint8 `[N, H, W, C]`. */
export function rawType(fitted: FittedInput): TensorType {
  switch (fitted.type) {
    case "numeric": return numericInput.rawType(fitted);
    case "category": return categoryInput.rawType(fitted);
    case "binary": return binaryInput.rawType(fitted);
    case "image": return imageInput.rawType(fitted);
  }
}

/** What the network reads of an input, float32: `[N, width]`, or of pictures `[N, C, height, width]`. */
export function encodedType(fitted: FittedInput): TensorType {
  switch (fitted.type) {
    case "numeric": return numericInput.encodedType(fitted);
    case "category": return categoryInput.encodedType(fitted);
    case "binary": return binaryInput.encodedType(fitted);
    case "image": return imageInput.encodedType(fitted);
  }
}

/** What training batches hold of an input: the encoded values, or pictures as uint8 `[N, height, width, C]`, which the network's own graph makes into numbers. */
export function storedType(fitted: FittedInput): TensorType {
  return fitted.type === "image" ? storedPictures(fitted) : encodedType(fitted);
}

/** From what a training batch holds to what the network reads. */
export function fromStored(e: Emitter, stored: Value, fitted: FittedInput): Value {
  return fitted.type === "image" ? e.graph.scope(fitted.name, () => lowerStored(e, stored, fitted)) : stored;
}

/** Words of 4 bytes of an input in a record: its encoded values, or where its picture stands in the store. */
export function widthOf(fitted: FittedInput): number {
  return fitted.type === "image" ? 1 : Number(encodedType(fitted).shape[1]);
}

/** Emits the encoder: the raw value in, encoded float32 out. Training data and the exported model both come from here. */
export function lowerInput(e: Emitter, raw: Value, fitted: FittedInput): Value {
  return e.graph.scope(fitted.name, () => {
    switch (fitted.type) {
      case "numeric": return numericInput.lower(e, raw, fitted);
      case "category": return categoryInput.lower(e, raw, fitted);
      case "binary": return binaryInput.lower(e, raw, fitted);
      case "image": return imageInput.lower(e, raw, fitted);
    }
  });
}

/** Declares the raw inputs of a model, named as in the project, and encodes them. */
export function lowerInputs(e: Emitter, fitted: FittedData): ReadonlyMap<string, Value> {
  const raws = fitted.inputs.map((input) => {
    const { dtype, shape } = rawType(input);
    return e.graph.input(input.name, dtype, shape, describeRaw(input));
  });
  return new Map(fitted.inputs.map((input, i) => [input.name, lowerInput(e, defined(raws[i], input.name), input)]));
}

function describeRaw(input: FittedInput): string {
  switch (input.type) {
    case "numeric": return `${input.columns.join(", ")}; NaN is missing`;
    case "image": return `${input.column}; ${input.color === "rgb" ? "red, green, blue" : "gray"}, 0 to 255, of any height and width`;
    default: return `${input.column}; "" is missing`;
  }
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
