import { sumOf } from "../onnx/dimensions.js";
import { type Attributes, type Dimension, type Shape, type TensorType, ints, sameShape, showShape } from "../onnx/types.js";
import type { AttributeReader, InferContext } from "./op.js";

/** How convolutions and pools go over the axes after `[N, C]`, of lengths known when the graph is built. */

/** A window over one axis: `kernel` taps `dilation` apart, moved by `stride`, over the axis with `before` and `after` elements added. */
export interface WindowAxis {
  readonly length: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  /** How often the window fits. */
  readonly count: number;
}

/** How far the taps of a window reach. */
export function reachOf({ kernel, dilation }: Pick<WindowAxis, "kernel" | "dilation">): number {
  return dilation * (kernel - 1) + 1;
}

/** The axes after `[N, C]` as numbers. @throws LatheError `graph.shape` where there are none, or one is only known when the graph runs. */
export function spatialLengths<I extends string>(c: InferContext<I>, shape: Shape): readonly number[] {
  const lengths = shape.slice(2).filter((d) => typeof d === "number");
  if (shape.length < 3 || lengths.length < shape.length - 2)
    return c.fail("expected [N, C, …] with at least one axis after the channels, each of a known length");
  return lengths;
}

/** Strides and dilations, where they are given. @throws LatheError `graph.shape` by `fail` for one below 1 */
export function stepsOf(c: AttributeReader & { readonly fail?: (expected: string) => never }) {
  const [strides, dilations] = [c.ints("strides"), c.ints("dilations")];
  if ([...(strides ?? []), ...(dilations ?? [])].some((step) => step < 1)) c.fail?.("strides and dilations must be 1 or more");
  return { strides, dilations };
}

/**
 * Strides, pads, dilations and auto_pad as the operators' pages say.
 * @throws LatheError `graph.shape` by `fail` where attributes do not fit the axes, or the window does not fit at all.
 */
export function windowsOf(
  c: AttributeReader & { readonly fail?: (expected: string) => never },
  kernel: readonly number[],
  lengths: readonly number[],
): readonly WindowAxis[] {
  const { strides = kernel.map(() => 1), dilations = kernel.map(() => 1) } = stepsOf(c);
  const pads = c.ints("pads") ?? [...kernel, ...kernel].map(() => 0);
  const auto = c.string("auto_pad", "NOTSET");
  const ceil = c.int("ceil_mode", 0) === 1;
  const rank = lengths.length;
  if (kernel.length !== rank || strides.length !== rank || dilations.length !== rank || pads.length !== 2 * rank)
    c.fail?.(`kernel, strides and dilations must have one number for each of ${rank} axes, pads two`);
  return lengths.map((length, i) => {
    const [taps, stride, dilation] = [kernel[i] ?? 1, strides[i] ?? 1, dilations[i] ?? 1];
    const reach = reachOf({ kernel: taps, dilation });
    const [before, after] = auto === "NOTSET" ? [pads[i] ?? 0, pads[i + rank] ?? 0] : autoPads(auto, length, reach, stride);
    const steps = (length + before + after - reach) / stride;
    const fits = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // With ceil_mode a last window hangs over the end, but never begins in the padding there.
    const count = ceil && (fits - 1) * stride >= length + before ? fits - 1 : fits;
    if (count < 1) c.fail?.(`a window that reaches over ${reach} does not fit the ${length + before + after} elements along axis ${i + 2}`);
    return { length, kernel: taps, stride, dilation, before, after, count };
  });
}

/**
 * How often windows fit axes of which some have a length that is known when the graph runs. They must be long enough, which nobody can check before.
 * @throws LatheError `graph.shape` where a stride or auto_pad would make the count of such an axis more than a sum
 */
export function openCounts<I extends string>(c: InferContext<I>, kernel: readonly number[], lengths: Shape): Shape {
  const { strides, dilations } = stepsOf(c);
  return lengths.map((length, i) => {
    const [dilation, before, after] = [dilations?.[i] ?? 1, c.ints("pads")?.[i] ?? 0, c.ints("pads")?.[i + lengths.length] ?? 0];
    if ((strides?.[i] ?? 1) !== 1 || c.string("auto_pad", "NOTSET") !== "NOTSET")
      return c.fail("expected each axis after the channels to be of a known length, or a stride of 1 and pads that are numbers");
    return sumOf([length, before + after + 1 - reachOf({ kernel: kernel[i] ?? 1, dilation })]);
  });
}

function autoPads(auto: string, length: number, reach: number, stride: number): readonly [before: number, after: number] {
  if (auto === "VALID") return [0, 0];
  const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + reach - length);
  return auto === "SAME_LOWER" ? [Math.ceil(total / 2), Math.floor(total / 2)] : [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** The same windows as attributes, auto_pad resolved. */
export function windowAttributes(windows: readonly WindowAxis[]): Attributes {
  return {
    kernel_shape: ints(windows.map((w) => w.kernel)),
    strides: ints(windows.map((w) => w.stride)),
    pads: ints([...windows.map((w) => w.before), ...windows.map((w) => w.after)]),
    ...(windows.some((w) => w.dilation !== 1) ? { dilations: ints(windows.map((w) => w.dilation)) } : {}),
  };
}

/** The same windows without ceil_mode: with as much after the end as the last one needs, which is never less than nothing. */
export function snug(windows: readonly WindowAxis[]): readonly WindowAxis[] {
  return windows.map((w) => ({ ...w, after: Math.max(0, w.stride * (w.count - 1) + reachOf(w) - w.length - w.before) }));
}

/** The shape of a pool's result. */
export function pooledShape([batch = 1, channels = 1]: Shape, windows: readonly WindowAxis[]): Shape {
  return [batch, channels, ...windows.map((w) => w.count)];
}

/** The result of a global pool: each channel whole in one window. @throws LatheError `graph.shape` where there are no axes after the channels. */
export function globallyPooled(c: InferContext<"X">): readonly TensorType[] {
  const { dtype, shape } = c.input("X");
  spatialLengths(c, shape);
  return [{ dtype, shape: shape.map((d, i) => (i < 2 ? d : 1)) }];
}

/** Of Conv and ConvTranspose: one element type, and a bias of one number for each of the filters. @throws LatheError `graph.shape` */
export function checkOperands(c: InferContext<"X" | "W" | "B">, filters: Dimension): void {
  const [x, w, b] = [c.input("X"), c.input("W"), c.optional("B")];
  if (w.dtype !== x.dtype || (b && b.dtype !== x.dtype)) c.fail("operands must share an element type");
  if (b && !sameShape(b.shape, [filters])) c.fail(`B must be ${showShape([filters])}, one number a filter`);
}

/** The axes after `[N, C]`. */
export function spatialAxes(rank: number): readonly number[] {
  return Array.from({ length: rank - 2 }, (_, i) => i + 2);
}

/** True where windows lie side by side: each element is in one at most. */
export function areApart(windows: readonly WindowAxis[]): boolean {
  return windows.every((w) => w.stride === w.kernel && w.dilation === 1 && w.before === 0 && w.count * w.stride <= w.length);
}
