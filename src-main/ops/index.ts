import { LatheError } from "../base/errors.js";
import { createRegistry, type Registry } from "../base/registry.js";
import { GraphBuilder, type InferTypes } from "../onnx/builder.js";
import { Emitter } from "../onnx/emitter.js";
import { matMul } from "./mat-mul.js";
import { mul } from "./mul.js";
import { inferContext, type OpDefinition } from "./op.js";
import { reduceSum } from "./reduce-sum.js";

/** Every operator Lathe can type, differentiate or emit, in alphabetical order. */
export const ops: Registry<OpDefinition> = createRegistry("op", [
  matMul,
  mul,
  reduceSum,
], "graph.unsupported");

/** The shape rule of any registered operator. @throws LatheError `graph.unsupported`, `graph.shape`. */
export const inferTypes: InferTypes = (question) => {
  const definition = ops.get(question.op);
  const required = definition.required ?? definition.inputs.length;
  if (!definition.variadic && question.inputs.length > definition.inputs.length) {
    throw new LatheError("graph.shape", `${question.op} got ${question.inputs.length} operands, expected at most ${definition.inputs.length}`);
  }
  const context = inferContext(definition, question);
  for (const name of definition.inputs.slice(0, required)) context.input(name);
  return definition.infer(context);
};

/** An empty graph and the vocabulary to fill it. */
export function createEmitter(): Emitter {
  return new Emitter(new GraphBuilder(inferTypes));
}
