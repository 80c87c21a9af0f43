import { defined } from "../../src-main/base/assert.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import type { Emitter } from "../../src-main/onnx/emitter.js";
import { type TensorData, type Value, numbersOf } from "../../src-main/onnx/types.js";

export interface Result {
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

/**
 * Runs what has been built so far on ONNX Runtime's CPU provider, in float32.
 * @param outputs values to read, by names of the test's choice. @param feeds graph inputs; those the graph does not have are ignored.
 */
export async function evaluateOnEngine<K extends string>(
  e: Emitter,
  outputs: Readonly<Record<K, Value>>,
  feeds: Readonly<Record<string, TensorData>>,
): Promise<Record<K, Result>> {
  for (const [name, value] of Object.entries<Value>(outputs)) e.graph.output(value, name);
  const graph = e.graph.build("test");
  const executable = await onnxruntimeEngine.compile(graph, { device: "cpu", threads: 1 });
  try {
    const wanted = new Set(graph.inputs.map((i) => i.name));
    const results = await executable.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => wanted.has(name))));
    const read = (name: string): Result => {
      const data = defined(results[name], name);
      return { dims: data.dims, values: numbersOf(data) };
    };
    return Object.fromEntries(Object.keys(outputs).map((name) => [name, read(name)])) as Record<K, Result>;
  } finally {
    await executable.dispose();
  }
}
