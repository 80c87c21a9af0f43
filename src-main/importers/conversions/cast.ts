import { type Value, int } from "../../onnx/types.js";
import { ONNX_TYPE } from "../../onnx/emitter.js";
import type { Conversion, ForeignNode } from "../conversion.js";

/** Element types that Lathe does not have, or has no need of, are those nearest to them. */
const NEAREST: Readonly<Record<number, number>> = {
  3: ONNX_TYPE.int32,
  4: ONNX_TYPE.int32,
  5: ONNX_TYPE.int32,
  10: ONNX_TYPE.float32,
  11: ONNX_TYPE.float32,
  12: ONNX_TYPE.int64,
  13: ONNX_TYPE.int64,
  16: ONNX_TYPE.float32,
};

export const cast: Conversion = { type: "Cast", convert: (n) => [casted(n, n.int("to"))] };

export const castLike: Conversion = { type: "CastLike", convert: (n) => [casted(n, ONNX_TYPE[n.input(1).dtype])] };

function casted(n: ForeignNode, to: number): Value {
  const x = n.input(0);
  const type = NEAREST[to] ?? to;
  return type === ONNX_TYPE[x.dtype] ? x : n.e.op("Cast", [x], { to: int(type) });
}
