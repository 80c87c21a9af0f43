import { type Graph, type Node, type TensorData, type Value, numbersOf } from "../onnx/types.js";
import { readAttributes } from "../ops/op.js";
import type { FoldingBuilder } from "./folding-builder.js";
import type { Numbers, Operand, Step } from "./recogniser.js";

/** The nodes of a normal form by what they make and what they read. @param outputs values that are asked for */
export function stepsOf(builder: FoldingBuilder, graph: Graph): { readonly steps: readonly Step[]; readonly maker: (value: string) => Step | undefined } {
  const makers = new Map<string, Node>();
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const o of node.outputs) makers.set(o, node);
    for (const i of node.inputs) readers.set(i, [...(readers.get(i) ?? []), node]);
  }
  const asked = new Set(graph.outputs.map(({ name }) => name));
  const made = new Map<Node, Step>();
  const stepOf = (node: Node | undefined): Step | undefined => node && (made.get(node) ?? make(node));
  const make = (node: Node): Step => {
    const operands = node.inputs.map((name) => (name === "" ? undefined : operandOf(builder, name)));
    const results = node.outputs.map((name) => builder.value(name));
    const readersOf = (i: number) => readers.get(node.outputs[i] ?? "") ?? [];
    const maker = (i: number) => (operands[i]?.data ? undefined : stepOf(makers.get(node.inputs[i] ?? "")));
    const step: Step = {
      ...readAttributes(node.op, node.attributes),
      node,
      operands,
      results,
      value: (i) => (operands[i]?.data ? undefined : operands[i]?.value),
      weights: (i) => floats(operands[i]?.data),
      numbers: (i) => {
        const data = operands[i]?.data;
        return data && numbersOf(data);
      },
      maker,
      from: (i, op) => {
        const found = maker(i);
        const alone = (readers.get(node.inputs[i] ?? "")?.length ?? 0) === 1 && !asked.has(node.inputs[i] ?? "");
        return found?.node.op === op && alone ? found : undefined;
      },
      reader: (i = 0) => (readersOf(i).length === 1 && !asked.has(node.outputs[i] ?? "") ? stepOf(readersOf(i)[0]) : undefined),
      readers: readersOf(0).length,
      used: (i) => readersOf(i).length > 0 || asked.has(node.outputs[i] ?? ""),
    };
    made.set(node, step);
    return step;
  };
  return { steps: graph.nodes.map((node) => make(node)), maker: (value) => stepOf(makers.get(value)) };
}

function operandOf(builder: FoldingBuilder, name: string): Operand {
  const value: Value = builder.value(name);
  const data = builder.constantOf(value);
  if (!data || data.dtype === "string") return { value };
  const learned = builder.learnedAs(name);
  return { value, data, ...(learned === undefined ? {} : { learned }) };
}

function floats(data: TensorData | undefined): Numbers | undefined {
  return data?.dtype === "float32" ? data : undefined;
}
