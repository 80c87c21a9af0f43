import { expect } from "vitest";
import type { Engine } from "../../src-main/engines/engine.js";
import { type Graph, numbersOf, tensor } from "../../src-main/onnx/types.js";
import { expectClose } from "./close.js";
import type { Evaluated } from "./reference-interpreter.js";

/**
 * float32 keeps 6e-8 of a number; sums of a few dozen terms and approximated exponentials lose another digit or two. Where large terms cancel the error is
 * relative to them, so it is measured against the largest element of a tensor.
 */
const TOLERANCE = 1e-5;

/** Runs a graph in an engine on the CPU and compares every output with the reference interpreter's. */
export async function compareWithEngine(
  engine: Engine,
  graph: Graph,
  feeds: Readonly<Record<string, Evaluated>>,
  reference: Readonly<Record<string, Evaluated>>,
  tolerance = TOLERANCE,
): Promise<void> {
  const executable = await engine.compile(graph, { device: "cpu", threads: 1 });
  try {
    const tensors = Object.fromEntries(
      graph.inputs.map(({ name, dtype }) => {
        const feed = feeds[name]!;
        if (dtype === "string") throw new Error("feeds of strings are not supported here");
        return [name, tensor(dtype, feed.data, feed.dims)];
      }),
    );
    const results = await executable.run(tensors);
    for (const { name } of graph.outputs) {
      const [got, wanted] = [results[name]!, reference[name]!];
      expect([...got.dims], `${engine.name}'s shape of ${name}`).toEqual([...wanted.dims]);
      const largest = wanted.data.reduce((top, v) => (Number.isFinite(v) ? Math.max(top, Math.abs(v)) : top), 1);
      expectClose(
        numbersOf(got).map((v) => v / largest),
        wanted.data.map((v) => v / largest),
        tolerance,
        `${engine.name}'s ${name} (over ${largest})`,
      );
    }
  } finally {
    await executable.dispose();
  }
}
