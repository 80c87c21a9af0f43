import type { Conversion } from "../conversion.js";

/**
 * Lengths of the pieces are an operand (an attribute before opset 13); where they are left out, pieces are as long as each other, the last perhaps shorter.
 * Each piece is a slice.
 */
export const split: Conversion = {
  type: "Split",
  convert: (n) => {
    const x = n.input(0);
    const axis = n.int("axis", 0);
    const length = x.shape.at(axis);
    const count = n.int("num_outputs", n.outputs);
    const given = n.ints("split") ?? n.whole(1, "lengths");
    if (!given && typeof length !== "number") return n.fail(`the length of axis ${axis}, ${length}, is not known, so it cannot be split evenly`);
    const each = Math.ceil(Number(length) / count);
    const lengths = given ?? Array.from({ length: count }, (_, i) => Math.min(each, Number(length) - i * each));
    const place = axis < 0 ? axis + x.shape.length : axis;
    let start = 0;
    return lengths.map((own) => {
      start += own;
      return n.e.slice(x, [start - own], [start], [place]);
    });
  },
};
