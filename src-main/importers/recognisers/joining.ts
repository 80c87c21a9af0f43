import { sameShape } from "../../onnx/types.js";
import { type Recognised, type Recogniser, type Step, isBatched } from "../recogniser.js";

/** Sums, differences and products of values of one shape, and values side by side. */
const alike = (op: string): Recogniser => ({
  type: op,
  recognise: (step) => {
    const [a, b] = [step.value(0), step.value(1)];
    const [gives] = step.results;
    if (!gives || !isBatched(a) || !isBatched(b) || a.dtype !== "float32" || a.name === b.name) return undefined;
    // A gate goes over all of a picture.
    const fits = sameShape(a.shape, b.shape) || (op === "Mul" && a.shape.length === b.shape.length);
    return fits ? { type: op, reads: [a, b], gives } : undefined;
  },
});

export const add = alike("Add");
export const sub = alike("Sub");
export const mul = alike("Mul");

export const concat: Recogniser = {
  type: "Concat",
  recognise: (step): Recognised | undefined => {
    const reads = step.operands.map((_, i) => step.value(i)).filter((v) => v !== undefined);
    const [gives] = step.results;
    const rank = gives?.shape.length ?? 0;
    const axis = axisOf(step, rank);
    if (!gives || reads.length < 2 || reads.length !== step.operands.length || axis < 1 || !reads.every(isBatched)) return undefined;
    return { type: "Concat", options: axis === 1 ? {} : { dim: axis }, reads, gives };
  },
};

function axisOf(step: Step, rank: number): number {
  const axis = step.int("axis", 0);
  return axis < 0 ? axis + rank : axis;
}
