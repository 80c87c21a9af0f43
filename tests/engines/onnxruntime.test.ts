import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LatheError } from "../../src-main/base/errors.js";
import { compileWith, onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { encodeModel, modelOf } from "../../src-main/onnx/protobuf.js";
import { type Graph, type TensorData, tensor } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";

const cpu = { device: "cpu", threads: 1 };

/** doubled = 2·x, total = Σ x over both axes. */
function graph(): Graph {
  const e = createEmitter();
  const x = e.graph.input("x", "float32", ["N", 2]);
  e.graph.output(e.scale(x, 2), "doubled");
  e.graph.output(e.reduceSum(x), "total");
  return e.graph.build("doubling");
}

describe("a compiled graph", () => {
  it("gives every output, for any batch size", async () => {
    const executable = await onnxruntimeEngine.compile(graph(), cpu);
    expect(await executable.run({ x: tensor("float32", [1, 2, 3, 4], [2, 2]) })).toEqual({
      doubled: tensor("float32", [2, 4, 6, 8], [2, 2]),
      total: tensor("float32", [10], []),
    });
    expect(await executable.run({ x: tensor("float32", [5, 6], [1, 2]) })).toEqual({
      doubled: tensor("float32", [10, 12], [1, 2]),
      total: tensor("float32", [11], []),
    });
    await executable.dispose();
  });

  it("sees what the caller writes into a tensor between runs, without being given a new one", async () => {
    const executable = await onnxruntimeEngine.compile(graph(), cpu);
    const x = { dtype: "float32", dims: [1, 2], data: Float32Array.of(1, 2) } as const;
    await executable.run({ x });
    x.data[0] = 100;
    expect((await executable.run({ x })).total).toEqual(tensor("float32", [102], []));
    await executable.dispose();
  });

  it("writes into the tensors it is given and allocates the rest", async () => {
    const executable = await onnxruntimeEngine.compile(graph(), cpu);
    const doubled = tensor("float32", [0, 0], [1, 2]);
    const results = await executable.run({ x: tensor("float32", [1, 2], [1, 2]) }, { doubled });
    expect(results.doubled).toBe(doubled);
    expect(doubled.data).toEqual(Float32Array.of(2, 4));
    expect(results.total).toEqual(tensor("float32", [3], []));
    await executable.dispose();
  });

  it("takes its own outputs as inputs, step after step, between two sets of buffers", async () => {
    const executable = await onnxruntimeEngine.compile(graph(), cpu);
    let [x, spare] = [tensor("float32", [1, 1], [1, 2]), tensor("float32", [0, 0], [1, 2])];
    for (let step = 0; step < 10; step++) {
      await executable.run({ x }, { doubled: spare });
      [x, spare] = [spare, x];
    }
    expect(x.data).toEqual(Float32Array.of(1024, 1024));
    const next = await executable.run({ x });
    expect((await executable.run({ x: next.doubled! })).total).toEqual(tensor("float32", [4096], []));
    await executable.dispose();
  });

  it("carries float64, int64 and bool", async () => {
    for (const data of [tensor("float64", [1 / 3, 2]), tensor("int64", [-5, 2 ** 40]), tensor("bool", [1, 0])]) {
      const pass: Graph = {
        name: "pass",
        inputs: [{ name: "a", dtype: data.dtype, shape: ["N"] }],
        outputs: [{ name: "b", dtype: data.dtype, shape: ["N"] }],
        initializers: new Map(),
        nodes: [{ name: "n", op: "Identity", domain: "", inputs: ["a"], outputs: ["b"], attributes: {} }],
        types: new Map(),
      };
      const executable = await onnxruntimeEngine.compile(pass, cpu);
      expect(await executable.run({ a: data })).toEqual({ b: data });
      await executable.dispose();
    }
  });

  it("carries strings", async () => {
    const words: TensorData = { dtype: "string", dims: [2], data: ["a", "é"] };
    const pass: Graph = {
      name: "pass",
      inputs: [{ name: "a", dtype: "string", shape: ["N"] }],
      outputs: [{ name: "b", dtype: "string", shape: ["N"] }],
      initializers: new Map(),
      nodes: [{ name: "n", op: "Identity", domain: "", inputs: ["a"], outputs: ["b"], attributes: {} }],
      types: new Map(),
    };
    const executable = await onnxruntimeEngine.compile(pass, cpu);
    expect(await executable.run({ a: words })).toEqual({ b: words });
    await executable.dispose();
  });

  it("loads from an ONNX file's bytes too", async () => {
    const executable = await onnxruntimeEngine.load(encodeModel(modelOf(graph(), { version: "1" })), cpu);
    expect((await executable.run({ x: tensor("float32", [1, 2], [1, 2]) })).total).toEqual(tensor("float32", [3], []));
    await executable.dispose();
  });

  it("writes a trace of operator times when asked", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lathe-profile-"));
    try {
      const executable = await compileWith(graph(), { ...cpu, profile: join(folder, "trace") });
      await executable.run({ x: tensor("float32", [1, 2], [1, 2]) });
      await executable.dispose();
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^trace.*\.json$/)]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("errors name the graph and the reason", () => {
  const failing = async (act: () => Promise<unknown>) =>
    act().then(
      () => "nothing thrown",
      (error: unknown) => (error instanceof LatheError ? `${error.code}: ${error.message}` : String(error)),
    );

  it.each<[string, Record<string, TensorData>, Record<string, TensorData>, RegExp]>([
    ["an input missing", {}, {}, /^engine\.failed: the graph doubling needs the input x; it got none/],
    [
      "an input of another type",
      { x: tensor("float64", [1, 2], [1, 2]) },
      {},
      /^engine\.failed: ONNX Runtime failed while running the graph doubling: .*double/,
    ],
    [
      "an input of another shape",
      { x: tensor("float32", [1, 2, 3], [1, 3]) },
      {},
      /^engine\.failed: ONNX Runtime failed while running the graph doubling: .*x/,
    ],
    [
      "values that do not fill the shape",
      { x: { dtype: "float32", dims: [2, 2], data: Float32Array.of(1) } },
      {},
      /^engine\.failed: x of the graph doubling is not a tensor of float32 \[2, 2\]/,
    ],
    [
      "an output tensor of another size",
      { x: tensor("float32", [1, 2], [1, 2]) },
      { doubled: tensor("float32", [1, 2, 3, 4], [2, 2]) },
      /^engine\.failed: ONNX Runtime failed while running the graph doubling/,
    ],
    [
      "shared memory",
      { x: { dtype: "float32", dims: [1, 2], data: new Float32Array(new SharedArrayBuffer(8)) } },
      {},
      /^engine\.failed: x of the graph doubling lies in shared memory/,
    ],
  ])("%s", async (_, feeds, into, sentence) => {
    const executable = await onnxruntimeEngine.compile(graph(), cpu);
    expect(await failing(() => executable.run(feeds, into))).toMatch(sentence);
    expect((await executable.run({ x: tensor("float32", [1, 2], [1, 2]) })).total).toEqual(tensor("float32", [3], [])); // and the session still works
    await executable.dispose();
    expect(await failing(() => executable.run(feeds, into))).toMatch(/^engine\.failed: the graph doubling was run after it was disposed of/);
    await executable.dispose();
  });

  it("a graph ONNX Runtime refuses", async () => {
    const bad: Graph = { ...graph(), nodes: graph().nodes.map((n) => ({ ...n, op: n.op === "Mul" ? "Mull" : n.op })) };
    expect(await failing(() => onnxruntimeEngine.compile(bad, cpu))).toMatch(
      /^engine\.failed: ONNX Runtime cannot prepare the graph doubling for the device cpu: .*Mull/s,
    );
  });

  it("bytes that are no model", async () => {
    expect(await failing(() => onnxruntimeEngine.load(Buffer.from("nonsense"), cpu))).toMatch(/^engine\.failed: ONNX Runtime cannot prepare the model/);
  });

  it("a device that is not there", async () => {
    const elsewhere = process.platform === "win32" ? "coreml" : "dml";
    expect(await failing(() => onnxruntimeEngine.compile(graph(), { device: elsewhere, threads: 1 }))).toMatch(
      /^engine\.unavailable: the device \w+ is not available: it is for/,
    );
    expect(await failing(() => onnxruntimeEngine.compile(graph(), { device: "tpu", threads: 1 }))).toMatch(
      /^engine\.unavailable: onnxruntime has no device tpu; it has cpu, webgpu/,
    );
  });
});

it("the status lists every device, with a reason where it is missing", async () => {
  const status = await onnxruntimeEngine.status();
  expect(status).toMatchObject({ name: "onnxruntime", available: true, version: expect.stringMatching(/^1\.\d+\.\d+$/) as unknown });
  expect(status.devices.map((d) => d.name)).toEqual(["cpu", "webgpu", "cuda", "dml", "coreml"]);
  expect(status.devices[0]).toEqual({ name: "cpu", available: true });
  for (const d of status.devices) expect(d.available || d.reason).toBeTruthy();
});
