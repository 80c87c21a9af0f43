import { type Recognised, type Recogniser, type Step, isBatched } from "../recogniser.js";
import { productOf } from "../../onnx/dimensions.js";

/** Dropout, and what only moves numbers: all axes of a sample joined to one, their order, a border of zeros, one place of an axis. */
export const dropout: Recogniser = {
  type: "Dropout",
  recognise: (step) => {
    const [ratio = 0.5] = step.numbers(1) ?? [];
    return one(step, "Dropout", ratio === 0.5 ? {} : { p: Number(ratio.toPrecision(7)) });
  },
};

export const flatten: Recogniser = { type: "Flatten", recognise: (step) => joined(step) };

export const reshape: Recogniser = { type: "Reshape", recognise: (step) => joined(step) };

function joined(step: Step): Recognised | undefined {
  const x = step.value(0);
  const [gives] = step.results;
  if (!isBatched(x) || !isBatched(gives) || gives.shape.length !== 2 || x.shape.length < 3) return undefined;
  return productOf(x.shape.slice(1)) === gives.shape[1] ? one(step, "Flatten", {}) : undefined;
}

export const transpose: Recogniser = {
  type: "Transpose",
  recognise: (step) => {
    const perm = step.ints("perm") ?? [];
    return perm[0] === 0 ? one(step, "Permute", { dims: perm }) : undefined;
  },
};

export const pad: Recogniser = {
  type: "Pad",
  recognise: (step) => {
    const [x, pads] = [step.value(0), step.numbers(1)];
    if (x?.shape.length !== 4 || pads?.length !== 8 || pads.some((n) => n < 0) || [0, 1, 4, 5].some((i) => pads[i] !== 0)) return undefined;
    const type = { constant: "ZeroPad2d", reflect: "ReflectionPad2d", edge: "ReplicationPad2d" }[step.string("mode", "constant")];
    if (type === undefined || (type === "ZeroPad2d" && (step.numbers(2)?.[0] ?? 0) !== 0)) return undefined;
    const [, , top = 0, left = 0, , , bottom = 0, right = 0] = pads;
    return one(step, type, { padding: [left, right, top, bottom] });
  },
};

export const gather: Recogniser = {
  type: "Gather",
  recognise: (step) => {
    const x = step.value(0);
    const indices = step.operands[1];
    const [index] = step.numbers(1) ?? [];
    const given = step.int("axis", 0);
    const dim = given < 0 ? given + (x?.shape.length ?? 0) : given;
    if (index === undefined || indices?.data?.dims.length !== 0 || dim < 1) return undefined;
    return one(step, "Select", { dim, index });
  },
};

function one(step: Step, type: string, options: Readonly<Record<string, unknown>>): Recognised | undefined {
  const x = step.value(0);
  const [gives] = step.results;
  return isBatched(x) && gives && x.dtype === "float32" ? { type, options, reads: [x], gives } : undefined;
}
