import { describe, expect, it, test } from "vitest";
import { Random } from "../../../src-main/base/random.js";
import { onnxruntimeEngine } from "../../../src-main/engines/onnxruntime/index.js";
import type { Emitter } from "../../../src-main/onnx/emitter.js";
import { type Graph, type Shape, type Value, numbersOf, tensor } from "../../../src-main/onnx/types.js";
import { createEmitter } from "../../../src-main/ops/index.js";
import { type Pass, VECTOR, compilePass } from "../../../src-main/passes/compile-pass.js";
import { VectorMemory } from "../../../src-main/passes/vector-memory.js";

type Write = (e: Emitter, a: Value, b: Value, k: Value) => Value;

/** A graph of two vectors and a number. */
function graphOf(write: Write, shape: Shape = VECTOR): Graph {
  const e = createEmitter();
  const [a, b] = [e.graph.input("a", "float32", shape), e.graph.input("b", "float32", shape)];
  e.graph.output(write(e, a, b, e.graph.input("k", "float32", [1])), "y");
  return e.graph.build("test");
}

function compiled(graph: Graph): Pass {
  const pass = compilePass(graph);
  expect(pass, "it compiles").toBeDefined();
  return pass!;
}

/** Runs over memory of its own. @returns the whole of `y`, which begins as 7s */
function run(pass: Pass, a: Float32Array, b: Float32Array, k: number, stretch = { offset: 0, size: a.length }): Float32Array {
  const memory = VectorMemory.create({ a: a.length, b: b.length, y: a.length }, [pass])!;
  expect(memory, "the machine runs it").toBeDefined();
  memory.vector("a").set(a);
  memory.vector("b").set(b);
  memory.vector("y").fill(7);
  memory.start(pass)(stretch, [k]);
  return memory.vector("y").slice();
}

async function reference(write: Write, a: Float32Array, b: Float32Array, k: number): Promise<readonly number[]> {
  const executable = await onnxruntimeEngine.compile(graphOf(write, [a.length]), { device: "cpu", threads: 1 });
  try {
    const { y } = await executable.run({ a: tensor("float32", a), b: tensor("float32", b), k: tensor("float32", [k]) });
    return numbersOf(y!);
  } finally {
    await executable.dispose();
  }
}

const SPECIAL = [0, -0, 1, -1, 0.1, -3.7, Infinity, -Infinity, NaN, 3e38, -3e38, 1e-38, 2e-45, -1e-40, 1 + 2 ** -23, 1e20, 1e-20];

/** Every pair of the special numbers, then ordinary ones; 13 more than a multiple of four. */
const PAIRS = SPECIAL.flatMap((a) => SPECIAL.map((b) => [a, b] as const));
const random = new Random("pass");
const ordinary = Array.from({ length: 1000 + 4 - (PAIRS.length % 4) + 13 }, () => [random.normal(), random.normal()] as const);
const A = Float32Array.from([...PAIRS, ...ordinary], ([a]) => a);
const B = Float32Array.from([...PAIRS, ...ordinary], ([, b]) => b);

const operators: Readonly<Record<string, Write>> = {
  Add: (e, a, b) => e.add(a, b),
  Sub: (e, a, b) => e.sub(a, b),
  Mul: (e, a, b) => e.mul(a, b),
  Div: (e, a, b) => e.div(a, b),
  Max: (e, a, b) => e.max(a, b),
  Min: (e, a, b) => e.min(a, b),
  Sqrt: (e, a) => e.sqrt(a),
  Neg: (e, a) => e.neg(a),
  Abs: (e, a) => e.abs(a),
  Relu: (e, a) => e.relu(a),
  Clip: (e, a) => e.clip(a, -0.5, 2),
  "Clip from below": (e, a) => e.clip(a, -0.5),
  "Clip from above": (e, a) => e.clip(a, undefined, 2),
  "Add of a number": (e, a, _, k) => e.add(a, k),
  "Div of what is computed of numbers": (e, a, _, k) => e.div(e.sub(e.sqrt(e.square(k)), e.scalar(0.25)), a),
};

describe("a pass has ONNX Runtime's bits", () => {
  it.each(Object.entries(operators))("%s", async (_, write) => {
    const wanted = await reference(write, A, B, 1.7);
    const got = run(compiled(graphOf(write)), A, B, 1.7);
    // Which of two zeros is the larger one ONNX does not say.
    const differing = wanted.flatMap((y, i) => (Object.is(got[i], y) || got[i] === y ? [] : [{ a: A[i], b: B[i], wanted: y, got: got[i] }]));
    expect(differing).toEqual([]);
  });
});

test("any stretch is done, and nothing beside it", () => {
  const pass = compiled(graphOf((e, a, b) => e.add(a, b)));
  const a = Float32Array.from({ length: 40 }, (_, i) => i);
  for (let offset = 0; offset < 6; offset++) {
    for (let size = 0; size < 20; size++) {
      const wanted = [...a].map((v, i) => (i >= offset && i < offset + size ? 2 * v : 7));
      expect([...run(pass, a, a, 0, { offset, size })]).toEqual(wanted);
    }
  }
});

test("a vector is updated in its place", () => {
  const pass = compiled(graphOf((e, a, b, k) => e.sub(a, e.mul(b, k))));
  const memory = VectorMemory.create({ a: 11, b: 11 }, [pass])!;
  memory.vector("a").fill(1);
  memory.vector("b").set(Array.from({ length: 11 }, (_, i) => i));
  const started = memory.start(pass, (name) => (name === "y" ? "a" : name));
  started({ offset: 0, size: 11 }, [0.5]);
  started({ offset: 0, size: 11 }, [0.25]);
  expect([...memory.vector("a")]).toEqual(Array.from({ length: 11 }, (_, i) => 1 - 0.75 * i));
});

describe("a sum", () => {
  const norm: Write = (e, a) => e.sqrt(e.reduceSum(e.square(a)));
  const sumOf = (pass: Pass, values: Float32Array, size = values.length, offset = 0) => {
    const memory = VectorMemory.create({ a: values.length, b: values.length }, [pass])!;
    memory.vector("a").set(values);
    return memory.start(pass)({ offset, size }, [0]);
  };

  it("of any length is that in float64, rounded", () => {
    const pass = compiled(graphOf(norm));
    for (const size of [0, 1, 2, 3, 4, 5, 8, 1001]) {
      const values = Float32Array.from({ length: size + 3 }, () => random.normal());
      const squares = [...values.subarray(3)].map((v) => Math.fround(v * v));
      const exact = squares.reduce((sum, v) => sum + v, 0);
      expect(sumOf(pass, values, size, 3)).toBe(Math.fround(Math.sqrt(Math.fround(exact))));
    }
  });

  it("of large numbers and small ones loses none of them", () => {
    const pass = compiled(graphOf((e, a) => e.reduceSum(a)));
    const values = new Float32Array(4004).fill(1);
    // In float32, 1 more is as much.
    values.fill(2 ** 24, 0, 4);
    expect(sumOf(pass, values)).toBe(4 * 2 ** 24 + 4000);
  });

  it.each([NaN, Infinity, -Infinity])("with %s among the numbers is not finite", (broken) => {
    const pass = compiled(graphOf(norm));
    for (const at of [0, 5, 8]) {
      const values = new Float32Array(9).fill(1);
      values[at] = broken;
      expect(sumOf(pass, values)).toBe(Number.isNaN(broken) ? NaN : Infinity);
    }
  });

  it("goes out beside a vector", () => {
    const e = createEmitter();
    const a = e.graph.input("a", "float32", VECTOR);
    const twice = e.scale(a, 2);
    e.graph.output(twice, "y");
    e.graph.output(e.reduceSum(twice), "sum");
    const pass = compiled(e.graph.build("both"));
    const memory = VectorMemory.create({ a: 6, y: 6 }, [pass])!;
    memory.vector("a").set([1, 2, 3, 4, 5, 6]);
    expect(memory.start(pass)({ offset: 1, size: 5 }, [])).toBe(40);
    expect([...memory.vector("y")]).toEqual([0, 4, 6, 8, 10, 12]);
  });
});

describe("what a pass has not is not compiled", () => {
  it.each<[string, Write]>([
    ["an operator that WebAssembly has not", (e, a) => e.exp(a)],
    ["one that is not elementwise", (e, a) => e.op("CumSum", [a, e.scalar(0, "int32")])],
    ["a sum that comes back to the vectors", (e, a) => e.div(a, e.reduceSum(a))],
    ["numbers in float64", (e, a, b) => e.cast(e.add(e.cast(a, "float64"), e.cast(b, "float64")), "float32")],
    ["two sums", (e, a, b) => e.add(e.reduceSum(a), e.reduceSum(b))],
  ])("%s", (_, write) => {
    expect(compilePass(graphOf(write))).toBeUndefined();
  });

  it("but what leads to no output may be anything", () => {
    const pass = graphOf((e, a, b) => {
      e.exp(a);
      return e.add(a, b);
    });
    expect(compilePass(pass)).toBeDefined();
  });
});

test("memory that a machine cannot give is none", () => {
  const pass = compiled(graphOf((e, a, b) => e.add(a, b)));
  expect(VectorMemory.create({ a: 2 ** 29, b: 2 ** 29 }, [pass])).toBeUndefined();
});
