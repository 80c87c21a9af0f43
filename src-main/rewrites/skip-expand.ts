import { type Node, type Value, sameShape } from "../onnx/types.js";
import type { Rewrite } from "./rewrite.js";

const BROADCASTING: ReadonlySet<string> = new Set(["Add", "Sub", "Mul", "Div"]);
const ELEMENTWISE: ReadonlySet<string> = new Set(["Neg"]);

/**
 * Mul(Expand(a), b) is Mul(a, b) where b alone has the shape of the result: the operator broadcasts by itself. The gradient of a mean is one number for all
 * samples, and goes unexpanded into the product that it meets next.
 */
export function skipExpand(): Rewrite {
  /** What a value was before it was expanded, by its new name. */
  const narrow = new Map<string, Value>();
  return {
    name: "skip-expand",
    prepare({ nodes }) {
      narrow.clear();
      const expanded = new Set(nodes.filter(({ op }) => op === "Expand").flatMap(({ outputs }) => outputs));
      return nodes.some(({ op, inputs }) => (BROADCASTING.has(op) || ELEMENTWISE.has(op)) && inputs.some((name) => expanded.has(name)));
    },
    replace(e, node: Node, inputs) {
      const [a, b] = inputs;
      if (!a) return undefined;
      if (node.op === "Expand") {
        const made = e.graph.node("Expand", inputs, {}, { outputs: 1 });
        for (const value of made) narrow.set(value.name, a);
        return made;
      }
      if (ELEMENTWISE.has(node.op)) {
        const before = narrow.get(a.name);
        if (!before) return undefined;
        const small = e.op(node.op, [before], node.attributes);
        const wide = e.op(node.op, [a], node.attributes);
        narrow.set(wide.name, small);
        return [wide];
      }
      if (!BROADCASTING.has(node.op) || !b) return undefined;
      const [left, right] = [narrow.get(a.name), narrow.get(b.name)];
      if (left && !right && sameShape(a.shape, b.shape)) return [e.op(node.op, [left, b])];
      if (right && !left && sameShape(a.shape, b.shape)) return [e.op(node.op, [a, right])];
      return undefined;
    },
  };
}
