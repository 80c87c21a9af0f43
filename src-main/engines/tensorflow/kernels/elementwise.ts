import type { Tensor } from "@tensorflow/tfjs-core";
import type { DataType } from "../../../onnx/types.js";
import type { Held } from "../held.js";
import type { Tf } from "../native.js";
import { broadcastDims, elementwise } from "./host.js";
import type { Compiling, Operands, Run } from "./kernel.js";
import { operand } from "./operands.js";
import { allLying, lying } from "./lying.js";

/** One operand to one result of its shape. @param host the same on the host, for lengths; omitted, they go to the device. */
export function unary(c: Compiling, f: (x: Tensor) => Tensor, options: { readonly dtype?: DataType; readonly host?: (x: number) => number } = {}): Run {
  return (operands) => mapped(c, operand(operands, 0), f, options);
}

export function mapped(
  c: Compiling,
  x: Held,
  f: (x: Tensor) => Tensor,
  { dtype = x.dtype, host }: { readonly dtype?: DataType; readonly host?: (x: number) => number } = {},
): Held {
  if (host && x.isLengths) return c.host(dtype, x.dims, Array.from(x.numbers(), host));
  const { t, hold } = lying(c, x);
  return hold(f(t), dtype);
}

/** Two operands that broadcast. @param dtype of the result; the first operand's by default. */
export function binary(c: Compiling, f: (a: Tensor, b: Tensor) => Tensor, host: (a: number, b: number) => number, dtype?: DataType): Run {
  return (operands) => {
    const [a, b] = [operand(operands, 0), operand(operands, 1)];
    const type = dtype ?? a.dtype;
    if (a.isLengths && b.isLengths) {
      const { dims, numbers } = elementwise([lengths(a), lengths(b)], host);
      return c.host(type, dims, numbers);
    }
    const {
      ts: [x, y],
      hold,
    } = allLying(c, [a, b]);
    return hold(f(x as Tensor, y as Tensor), type);
  };
}

/** Any number of operands that broadcast, two by two from the left. */
export function variadic(c: Compiling, f: (a: Tensor, b: Tensor) => Tensor, host: (a: number, b: number) => number): Run {
  const pair = binary(c, f, host);
  return ([first, ...rest]: Operands) => rest.reduce<Held>((sum, x) => pair([sum, x]) as Held, operand([first], 0));
}

/** Operands of a kernel whose own gradient does not know broadcasting: TensorFlow.js undoes what broadcastTo does. */
export function broadcastTogether(tf: Tf, ts: readonly Tensor[]): readonly Tensor[] {
  const dims = broadcastDims(...ts.map((t) => t.shape));
  return ts.map((t) => (t.shape.length === dims.length && t.shape.every((d, i) => d === dims[i]) ? t : tf.broadcastTo(t, [...dims])));
}

/** f with its slope given, where the one that TensorFlow.js would find is none or another than PyTorch's. @param slope dy/dx by x and y. */
export function withSlope(tf: Tf, f: (x: Tensor) => Tensor, slope: (x: Tensor, y: Tensor) => Tensor): (x: Tensor) => Tensor {
  return tf.customGrad((...given) => {
    const [x, save] = given as [Tensor, (ts: Tensor[]) => void];
    const value = f(x);
    save([x, value]);
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(dy, slope(saved[0] as Tensor, saved[1] as Tensor)) };
  });
}

/** f of several operands of one shape, with the gradients of all of them given. */
export function withGradients(
  tf: Tf,
  f: (...xs: Tensor[]) => Tensor,
  gradients: (dy: Tensor, xs: readonly Tensor[], y: Tensor) => Tensor[],
): (...xs: Tensor[]) => Tensor {
  return tf.customGrad((...given) => {
    const save = given.at(-1) as (ts: Tensor[]) => void;
    const xs = given.slice(0, -1) as Tensor[];
    const value = f(...xs);
    save([...xs, value]);
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => gradients(dy, saved.slice(0, -1), saved.at(-1) as Tensor) };
  });
}

const lengths = (x: Held) => ({ dims: x.dims, numbers: x.numbers() });
