import { constantOf } from "../../onnx/known-values.js";
import type { Conversion } from "../conversion.js";
import { type TensorData, numbersOf, tensor } from "../../onnx/types.js";

/** A number that the file holds in a node. */
export const constant: Conversion = {
  type: "Constant",
  convert: (n) => [n.graph.keep(single(constantOf((name) => n.attribute(name)) ?? n.fail("it holds no tensor")))],
};

export const identity: Conversion = { type: "Identity", convert: (n) => [n.input(0)] };

/** Filled with one number of float32, whatever float it is in the file. */
export const constantOfShape: Conversion = {
  type: "ConstantOfShape",
  convert: (n) => {
    const value = n.attribute("value");
    return n.copy(n.inputs, { value: { type: "tensor", value: value?.type === "tensor" ? single(value.value) : tensor("float32", [0]) } });
  },
};

function single(data: TensorData): TensorData {
  return data.dtype === "float64" ? tensor("float32", numbersOf(data), data.dims) : data;
}
