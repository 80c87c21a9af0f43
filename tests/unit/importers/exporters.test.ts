import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { fileEngine } from "../../../src-main/engines/index.js";
import { normalForm } from "../../../src-main/importers/normal-form.js";
import { importedNetwork } from "../../../src-main/importers/network.js";
import { readForeignModel } from "../../../src-main/importers/read-file.js";
import { type TensorData, tensor } from "../../../src-main/onnx/types.js";
import { gradientsOf, lowerImport } from "../../../src-main/training/importing/lower-import.js";

// Files of both of PyTorch's exporters, and what PyTorch computes of the same networks. tests/fixtures/imported/generate.py made both.

interface Golden {
  readonly shape: readonly number[];
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly gradients: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>;
}

const folder = join(packageRoot, "tests/fixtures/imported");

/** What is no weight of a layer in PyTorch either. */
const PLAIN: Readonly<Record<string, string>> = { token: "expand_3.input", places: "add.B" };

function imported(name: string, exporter: string) {
  const form = normalForm(readForeignModel(join(folder, `${name}.${exporter}.onnx`)));
  return { form, network: importedNetwork(form, form.values.get(form.outputs[0]!)!) };
}

const numbers = (data: TensorData | undefined) => Array.from((data as { data: Float32Array }).data);

describe.each(["mlp", "cnn", "residual", "depthwise", "gru", "lstm", "bilstm", "attention"])("%s", (name) => {
  const golden = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Golden;

  test.each(["old", "new"])("of the %s exporter gives PyTorch's outputs and gradients", async (exporter) => {
    const { network, form } = imported(name, exporter);
    expect(form.nodes.filter(({ problem }) => problem)).toEqual([]);
    const lowered = lowerImport(network);
    const gradients = gradientsOf(lowered);
    const { graph } = lowered.e;
    graph.output(lowered.output, "output");
    for (const [key, value] of gradients) graph.output(value, `gradient of ${key}`);
    const session = await fileEngine.compile(graph.build("check"), { device: "cpu", threads: 1 });
    const answers = await session.run({ [network.inputs[0]!.name]: tensor("float32", golden.input, golden.shape) });
    await session.dispose();
    close(numbers(answers["output"]), golden.output, 1e-5);
    const named = new Map([...gradients.keys()].map((key) => [key.replace(/^[AE]/, (c) => c.toLowerCase()), numbers(answers[`gradient of ${key}`])]));
    for (const [key, { values, shape }] of Object.entries(golden.gradients)) {
      const own = named.get(PLAIN[key] ?? nameOf(key, named)) ?? [];
      expect([key, own.length]).toEqual([key, shape.reduce((a, b) => a * b, 1)]);
      close(own, values, 1e-4);
    }
    expect(named.size).toBe(Object.keys(golden.gradients).length);
  });
});

/** `mlp.0.weight` as the layer is called. */
function nameOf(key: string, known: ReadonlyMap<string, unknown>): string {
  const [, owner = "", tensorName = ""] = /^(.+)\.(\w+)$/.exec(key) ?? [];
  const name = `${owner.replaceAll(".", "_")}.${tensorName}`;
  return known.has(name) ? name : key;
}

function close(got: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(got.length).toBe(wanted.length);
  const unit = Math.max(1e-3, ...wanted.map(Math.abs));
  expect(Math.max(0, ...wanted.map((w, i) => Math.abs(w - got[i]!) / unit))).toBeLessThan(tolerance);
}
