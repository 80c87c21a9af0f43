import { ints, text } from "../../onnx/types.js";
import { windowsOf, windowAttributes } from "../../ops/windows.js";
import { type Conversion, type ForeignNode, without } from "../conversion.js";
import type { Value } from "../../onnx/types.js";

/** Convolutions and pools with their padding in numbers, where a file names it (`auto_pad`). */
export const conv: Conversion = { type: "Conv", convert: (n) => padded(n, n.ints("kernel_shape") ?? n.input(1).shape.slice(2).map(Number)) };
export const maxPool: Conversion = {
  type: "MaxPool",
  convert: (n) => {
    if (n.outputs > 1) n.fail("its second result, where each largest number was, is not read");
    if (n.int("storage_order", 0) !== 0) n.fail("storage_order 1 is not read");
    return padded(n, n.ints("kernel_shape") ?? []);
  },
};
export const averagePool: Conversion = {
  type: "AveragePool",
  convert: (n) => {
    if (n.ints("dilations")?.some((d) => d !== 1)) n.fail("dilations, of opset 19, are not read");
    return padded(n, n.ints("kernel_shape") ?? [], ["dilations"]);
  },
};

function padded(n: ForeignNode, kernel: readonly number[], dropped: readonly string[] = []): readonly Value[] {
  const auto = n.string("auto_pad", "NOTSET");
  const attributes = { ...without(n.attributes, "auto_pad", "storage_order", ...dropped), kernel_shape: ints(kernel) };
  if (auto === "NOTSET") return n.copy(n.inputs, attributes, 1);
  const lengths = n.input(0).shape.slice(2);
  if (lengths.some((d) => typeof d === "string")) return n.copy(n.inputs, { ...attributes, auto_pad: text(auto) }, 1);
  const { pads } = windowAttributes(windowsOf({ ...n, fail: n.fail }, kernel, lengths.map(Number)));
  return n.copy(n.inputs, { ...attributes, ...(pads ? { pads } : {}) }, 1);
}
