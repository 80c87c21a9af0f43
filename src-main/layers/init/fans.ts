import { z } from "zod";
import { never } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import { showShape, sizeOf } from "../../onnx/types.js";

/** How many numbers meet at one output (`in`) and leave one input (`out`) of a weight. */
export interface Fans {
  readonly in: number;
  readonly out: number;
}

/**
 * torch.nn.init._calculate_fan_in_and_fan_out: for `[out, in, …kernel]` the axis lengths times the kernel's size.
 * @throws LatheError `model.layer` for fewer than two axes, where neither is defined.
 */
export function fansOf(type: string, shape: readonly number[]): Fans {
  const [out, inputs, ...kernel] = shape;
  if (out === undefined || inputs === undefined) {
    throw new LatheError(
      "model.layer",
      `${type} got a tensor of shape ${showShape(shape)}, expected at least two axes [out, in]; use normal, uniform or constant here`,
    );
  }
  const receptive = sizeOf(kernel);
  return { in: inputs * receptive, out: out * receptive };
}

export const nonlinearity = z
  .enum(["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"])
  .default("leaky_relu")
  .describe("The activation that follows; it sets the gain");

export type Nonlinearity = z.output<typeof nonlinearity>;

/** torch.nn.init.calculate_gain. @param a the negative slope, for leaky_relu only. */
export function gainOf(kind: Nonlinearity, a: number): number {
  switch (kind) {
    case "linear":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leaky_relu":
      return Math.sqrt(2 / (1 + a * a));
    case "selu":
      return 3 / 4;
    default:
      return never(kind);
  }
}

/** The options of both Kaiming initialisations. */
export const kaimingOptions = {
  a: z.number().default(0).describe("Negative slope of the leaky_relu that follows"),
  mode: z.enum(["fan_in", "fan_out"]).default("fan_in").describe("fan_in keeps the forward variance, fan_out the backward one"),
  nonlinearity,
};

/** The standard deviation both Kaiming initialisations aim at: gain / √fan (He et al. 2015, https://arxiv.org/abs/1502.01852). */
export function kaimingStd(
  type: string,
  shape: readonly number[],
  config: { readonly a: number; readonly mode: "fan_in" | "fan_out"; readonly nonlinearity: Nonlinearity },
): number {
  const fans = fansOf(type, shape);
  return gainOf(config.nonlinearity, config.a) / Math.sqrt(config.mode === "fan_in" ? fans.in : fans.out);
}

/** The standard deviation both Xavier initialisations aim at: gain · √(2 / (in + out)) (Glorot, Bengio 2010). */
export function xavierStd(type: string, shape: readonly number[], gain: number): number {
  const fans = fansOf(type, shape);
  return gain * Math.sqrt(2 / (fans.in + fans.out));
}
