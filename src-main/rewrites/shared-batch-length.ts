import { type Graph, type Shape, sameShape } from "../onnx/types.js";
import type { Rewrite } from "./rewrite.js";

/**
 * The length of a leading axis called N is that of every other: it is asked of one graph input, so that all who divide by it share the question.
 */
export function sharedBatchLength(): Rewrite {
  let inputs: Graph["inputs"] = [];
  const askedOf = (shape: Shape) => inputs.find((input) => sameShape(input.shape.slice(0, 1), shape.slice(0, 1)));
  return {
    name: "shared-batch-length",
    prepare: (graph) => {
      inputs = graph.inputs;
      return graph.nodes.some(({ op, inputs: [x = ""] }) => op === "Shape" && askedOf(graph.types.get(x)?.shape ?? [])?.name !== x);
    },
    replace(e, { op, attributes }, [x]) {
      if (op !== "Shape" || x === undefined || attributes["start"]?.value !== 0 || attributes["end"]?.value !== 1 || typeof x.shape[0] !== "string")
        return undefined;
      const source = askedOf(x.shape);
      return source && [e.op("Shape", [e.graph.value(source.name)], attributes)];
    },
  };
}
