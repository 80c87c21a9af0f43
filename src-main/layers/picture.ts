import { z } from "zod";
import { LatheError } from "../base/errors.js";
import { type Shape, type TensorType, isFloat, showType } from "../onnx/types.js";
import { onlyInput } from "./shape.js";

/** What layers over pictures `[N, C, H, W]` and series `[N, C, L]` share: options by axis, lengths, and words for those that do not fit. */

/** One number for every axis, or one for each. */
export type PerAxis = number | readonly number[];

/** An option that is one whole number, or over pictures one for the rows and one for the columns. @param least 0 or 1 */
export function perAxis(rank: number, least: 0 | 1): z.ZodType<PerAxis> {
  const number = least === 0 ? z.int().nonnegative() : z.int().positive();
  const words = `expected a whole number ${least === 0 ? "from 0" : "above 0"}`;
  if (rank === 1) return number;
  return z.union([number, z.array(number).length(rank)], { error: `${words}, or ${rank} of them: [rows, columns]` });
}

/** The option for each axis. */
export function forAxes(value: PerAxis, rank: number): readonly number[] {
  return typeof value === "number" ? new Array<number>(rank).fill(value) : value;
}

/** Channels and the lengths after them. @throws LatheError `model.layer` where the input is no `[N, C, …]` of this rank with known lengths. */
export function pictureOf(layer: string, inputs: readonly TensorType[], rank: number): { readonly channels: number; readonly lengths: readonly number[] } {
  const x = onlyInput(layer, inputs);
  const [channels, ...lengths] = x.shape.slice(1).filter((d) => typeof d === "number");
  if (isFloat(x.dtype) && x.shape.length === rank + 2 && channels !== undefined && lengths.length === rank) return { channels, lengths };
  throw new LatheError(
    "model.layer",
    `${layer} got ${showType(x)}, expected real numbers of shape ${rank === 1 ? "[N, C, L]" : "[N, C, H, W]"} with all lengths but the batch ` +
      `known${hintFor(x.shape, rank)}`,
  );
}

function hintFor(shape: Shape, rank: number): string {
  if (shape.length === 2 && rank === 2) return "; it reads rows of numbers where it wants pictures: put it before Flatten";
  return "";
}

/** As `pictureOf`, where lengths may be known only when the graph runs. */
export function channelsOf(layer: string, inputs: readonly TensorType[], rank: number): { readonly channels: number; readonly lengths: Shape } {
  const { dtype, shape } = onlyInput(layer, inputs);
  const [channels, ...lengths] = shape.slice(1);
  return isFloat(dtype) && typeof channels === "number" && lengths.length === rank ? { channels, lengths } : pictureOf(layer, inputs, rank);
}

/** A window over one axis, as convolutions and pools have it. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

/**
 * How often each window fits.
 * @throws LatheError `model.layer` by the context's `fail` where one does not fit at all: what came before has shrunk the picture to less than it needs.
 */
export function countsOf(lengths: readonly number[], windows: readonly Window[], ceil: boolean, fail: (expected: string) => never): readonly number[] {
  return lengths.map((length, i) => {
    const { kernel, stride, dilation, before, after } = windows[i] ?? { kernel: 1, stride: 1, dilation: 1, before: 0, after: 0 };
    const reach = dilation * (kernel - 1) + 1;
    const steps = (length + before + after - reach) / stride;
    const fits = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    const count = ceil && (fits - 1) * stride >= length + before ? fits - 1 : fits;
    if (count >= 1) return count;
    const padded = before + after > 0 ? ` (${length + before + after} with its padding)` : "";
    const whole = lengths.length > 1 ? `a picture of ${lengths.join(" × ")}` : `a series of ${length}`;
    return fail(
      `its window reaches over ${reach}, but ${whole} is left here${padded}, so nothing would come out; use larger inputs, fewer or smaller pools ` +
        `before it, a smaller kernelSize, or padding`,
    );
  });
}

/** As the attribute `pads` lists them. */
export function padsOf(windows: readonly Window[]): readonly number[] {
  return [...windows.map((w) => w.before), ...windows.map((w) => w.after)];
}

/** The number of places in a picture. */
export function areaOf(lengths: readonly number[]): number {
  return lengths.reduce((a, b) => a * b, 1);
}
