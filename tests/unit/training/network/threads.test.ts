import { expect, test } from "vitest";
import { availableParallelism } from "node:os";
import { chooseThreads, multiplyAddsOf } from "../../../../src-main/training/network/threads.js";
import { type NetworkName, benchmarkSpec } from "../../../benchmarks/networks.js";

const costOf = (network: NetworkName) => {
  const spec = benchmarkSpec(network);
  return multiplyAddsOf(spec.plan, spec.layout, spec.inputs);
};

test("the cost of a network is counted layer by layer, by hand", () => {
  expect(costOf("small")).toBe(9 * 16 + 16 + 16 * 8 + 8 + 8 * 1);
  expect(costOf("large")).toBe(512 * 1024 + 1024 * 1024 + 1024 * 10);
  // Of a recurrent layer one step counts, twice, and the Linear behind it.
  expect(costOf("gru-32")).toBe(2 * (3 * 32 * (1 + 32) + 3 * 32 * (32 + 32)) + 32);
  // Each place of a picture is a product with the kernel; 64·16·16 numbers come to the last layer.
  expect(costOf("cnn")).toBe(64 * 64 * 32 * 27 + 32 * 32 * 64 * 288 + 64 * 16 * 16 * 7);
});

test("a convolutional network of few weights is worth more threads than one, a table's is not", () => {
  const all = Math.min(8, availableParallelism());
  expect(benchmarkSpec("cnn").layout.parameterCount).toBeLessThan(135_000);
  expect(chooseThreads("auto", costOf("cnn"), 2)).toBe(all);
  expect(chooseThreads("auto", costOf("small"), 256)).toBe(1);
  expect(chooseThreads(3, costOf("small"), 1)).toBe(3);
  // Steps follow one another: two threads made a step of this one three times slower on two busy processors.
  for (const network of ["rnn-32", "lstm-32", "rnn-64", "gru-64", "lstm-64", "rnn-128"] as const) expect(chooseThreads("auto", costOf(network), 32)).toBe(1);
  for (const network of ["gru-128", "lstm-128", "rnn-256", "gru-256", "lstm-256"] as const) expect(chooseThreads("auto", costOf(network), 32)).toBe(all);
});
