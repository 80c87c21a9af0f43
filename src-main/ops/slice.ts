import { LatheError } from "../base/errors.js";
import { sumOf } from "../onnx/dimensions.js";
import type { Dimension, Shape, Value } from "../onnx/types.js";
import { type GradientContext, type InferContext, defineOp } from "./op.js";
import { normalizeAxis } from "./rules.js";
import { END, constantOperand } from "./shapes.js";

type Operand = "data" | "starts" | "ends" | "axes" | "steps";

/** One axis of a slice: element i of the result is element start + i·step of the operand. */
interface Cut {
  readonly axis: number;
  readonly step: number;
  readonly length: Dimension;
  /** Elements omitted before and after those taken, for step 1; the first is where the slice starts, whatever the step. */
  readonly before?: number;
  readonly after?: number;
}

/** Parts of axes, from starts to before ends by steps, as Python slices. https://onnx.ai/onnx/operators/onnx__Slice.html */
export const slice = defineOp({
  type: "Slice",
  inputs: ["data", "starts", "ends", "axes", "steps"],
  required: 3,
  infer: (c) => {
    const { dtype, shape } = c.input("data");
    const cuts = cutsOf(c, shape);
    return [{ dtype, shape: shape.map((d, i) => cuts.find((cut) => cut.axis === i)?.length ?? d) }];
  },
  gradient: { data: (g) => spread(g) },
});

function cutsOf(c: InferContext<Operand>, shape: Shape): readonly Cut[] {
  const [starts, ends] = [c.shapeBehind("starts") ?? c.fail("starts must be constant"), c.shapeBehind("ends") ?? c.fail("ends must be constant")];
  const axes = c.optional("axes") ? constantOperand(c, "axes") : starts.map((_, i) => i);
  const steps = c.optional("steps") ? constantOperand(c, "steps") : axes.map(() => 1);
  if (starts.length !== axes.length || ends.length !== axes.length || steps.length !== axes.length)
    return c.fail("starts, ends, axes and steps must be as many as each other");
  return axes.map((given, i) => {
    const axis = normalizeAxis(c, given, shape.length);
    const [length, start, end, step] = [shape[axis] ?? 1, starts[i] ?? 0, ends[i] ?? END, steps[i] ?? 1];
    if (step === 0) return c.fail("a step of 0 goes nowhere");
    const cut = cutOf(axis, length, start, end, step);
    return cut ?? c.fail(`which of the ${length} elements along axis ${axis} lie from ${start} to ${end} by ${step} is not known before the graph runs`);
  });
}

/** @returns undefined where a named length leaves it open. A named axis has at least one element. */
function cutOf(axis: number, length: Dimension, start: Dimension, end: Dimension, step: number): Cut | undefined {
  if (typeof length === "number") return typeof start === "number" && typeof end === "number" ? knownCut(axis, length, start, end, step) : undefined;
  const toEnd = end === length || (typeof end === "number" && end >= END);
  const whole = { axis, step, length };
  if (step === -1) return start === -1 && typeof end === "number" && end <= -END ? whole : undefined;
  if (step !== 1) return undefined;
  if (start === 0 && toEnd) return { ...whole, before: 0, after: 0 };
  if (start === 0 && end === 1) return { ...whole, length: 1, before: 0 };
  if (start === 1 && toEnd) return { ...whole, length: sumOf([length, -1]), before: 1, after: 0 };
  if (start === 0 && end === -1) return { ...whole, length: sumOf([length, -1]), before: 0, after: 1 };
  if (start === -1 && toEnd) return { ...whole, length: 1, after: 0 };
  return undefined;
}

function knownCut(axis: number, length: number, start: number, end: number, step: number): Cut {
  const clamp = (v: number, low: number, high: number) => Math.min(Math.max(v < 0 ? v + length : v, low), high);
  // Going back, the first is at most the last element, and the end may lie before element 0.
  const [from, to] = step > 0 ? [clamp(start, 0, length), clamp(end, 0, length)] : [clamp(start, 0, length - 1), clamp(end, -1, length - 1)];
  const taken = Math.max(0, Math.ceil((to - from) / step));
  return { axis, step, length: taken, before: from, after: length - from - taken };
}

/** dX: each element of dY where it came from, zero elsewhere. */
function spread(g: GradientContext<Operand>): Value {
  const { e } = g;
  const x = g.input("data");
  let dx = g.dy();
  const pads = { before: x.shape.map(() => 0), after: x.shape.map(() => 0) };
  for (const cut of cutsOfGradient(g, x)) {
    const { axis, step, length, before, after } = cut;
    if (step === 1) {
      const whole = x.shape[axis];
      if (length === whole) continue;
      if (before === undefined || after === undefined)
        throw new LatheError("autodiff.unsupported", `the gradient of a Slice of one element along the named axis ${whole} is not there yet`);
      pads.before[axis] = before;
      pads.after[axis] = after;
    } else if (typeof length === "string") {
      dx = e.slice(dx, [-1], [-2 * END], [axis], [-1]); // reversed again
    } else {
      dx = dealt(g, dx, cut, x.shape[axis]);
    }
  }
  if ([...pads.before, ...pads.after].every((n) => n === 0)) return dx;
  return e.op("Pad", [dx, e.indices([...pads.before, ...pads.after])]);
}

/** For steps other than 1: element start + i·step of dX is element i of dY; the others read the zero put after its end. */
function dealt(g: GradientContext<Operand>, dy: Value, { axis, step, length, before = 0 }: Cut, whole: Dimension | undefined): Value {
  if (typeof whole !== "number" || typeof length !== "number") throw new LatheError("internal", "a step over a named axis");
  const from = new Array<number>(whole).fill(length);
  for (let i = 0; i < length; i++) from[before + i * step] = i;
  const pads = [...dy.shape.map(() => 0), ...dy.shape.map((_, i) => (i === axis ? 1 : 0))];
  return g.e.gather(g.e.op("Pad", [dy, g.e.indices(pads)]), g.e.indices(from), axis);
}

function cutsOfGradient(g: GradientContext<Operand>, x: Value): readonly Cut[] {
  const lengths = (name: Operand) => g.e.graph.shapeBehind(g.optional(name)) ?? [];
  const starts = lengths("starts");
  const [ends, axes, steps] = [lengths("ends"), g.constantNumbers("axes") ?? starts.map((_, i) => i), g.constantNumbers("steps")];
  return axes.flatMap((given, i) => {
    const axis = given < 0 ? given + x.shape.length : given;
    return cutOf(axis, x.shape[axis] ?? 1, starts[i] ?? 0, ends[i] ?? END, steps?.[i] ?? 1) ?? [];
  });
}
