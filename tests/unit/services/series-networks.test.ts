import { describe, expect, it, test } from "vitest";
import { Random } from "../../../src-main/base/random.js";
import { sizeOf, tensor } from "../../../src-main/onnx/types.js";
import { seriesNetworks } from "../../../src-main/services/templates/networks/index.js";
import type { SeriesTarget, SeriesWindow } from "../../../src-main/services/templates/networks/series-network.js";
import { Trainer } from "../../../src-main/training/trainer.js";
import { onnxruntimeEngine } from "../../../src-main/engines/onnxruntime/index.js";
import { seriesSpec } from "../../support/series-spec.js";

type Rest = Parameters<typeof seriesSpec> extends [unknown, ...infer R] ? R : never;
const window: SeriesWindow = { name: "x", length: 28, features: 2 };
const horizon: SeriesTarget = { name: "y", outFeatures: 7 };

const specOf = (type: string, ...rest: Rest) => seriesSpec(seriesNetworks.get(type), ...rest);
const shapeAt = ({ plan, layout }: ReturnType<typeof specOf>, target: string) => layout.types.get(plan.outputs.find((o) => o.target === target)!.from)?.shape;

test("there are the three cells, a TCN, attention, and the linear one", () => {
  expect(seriesNetworks.types).toEqual(["gru", "lstm", "rnn", "tcn", "attention", "linear"]);
});

test("gradients are clipped to a norm of 1", () => {
  expect(specOf("gru", window, [horizon]).training.clipGradNorm).toBe(1);
});

describe.each(seriesNetworks.types)("%s", (type) => {
  it.each([
    [28, 1, 1],
    [96, 3, 7],
    [5, 32, 2],
    [1, 2, 1],
  ])("reads windows of %d steps of %d and forecasts %d", (length, features, outFeatures) => {
    expect(shapeAt(specOf(type, { name: "x", length, features }, [{ name: "y", outFeatures }]), "y")).toEqual(["N", outFeatures]);
  });

  it("takes inputs beside the window, several targets and classes", () => {
    const spec = specOf(type, window, [horizon, { name: "second", outFeatures: 3 }], { holiday: 7, place: 2 });
    expect([shapeAt(spec, "y"), shapeAt(spec, "second")]).toEqual([
      ["N", 7],
      ["N", 3],
    ]);
    expect(shapeAt(specOf(type, window, [{ name: "kind", outFeatures: "classes" }], { place: 2 }), "kind")).toEqual(["N", 3]);
    expect(shapeAt(specOf(type, window, [horizon], { holiday: 7 }), "y")).toEqual(["N", 7]);
  });

  it("learns to continue a wave", async () => {
    const spec = specOf(type, { name: "x", length: 24, features: 1 }, [{ name: "y", outFeatures: 4 }]);
    const trainer = await Trainer.create(spec, onnxruntimeEngine, { device: "cpu", threads: 1 }, 1);
    try {
      const size = 32;
      const wave = (t: number) => Math.sin((2 * Math.PI * t) / 12) + 0.3 * Math.cos((2 * Math.PI * t) / 5);
      const losses: number[] = [];
      for (let step = 1; step <= 150; step++) {
        const starts = Array.from({ length: size }, (_, i) => (step * 7 + i * 3) % 60);
        const numbers = (from: number, count: number) => starts.flatMap((s) => Array.from({ length: count }, (_, i) => wave(s + from + i)));
        const tensors = { x: tensor("float32", numbers(0, 24), [size, 24, 1]), "target.y": tensor("float32", numbers(24, 4), [size, 4]) };
        const drawn = spec.layout.uniforms.map(({ layer, shape }) => {
          const data = new Random("uniforms", layer, step).fillUniform(new Float32Array(size * sizeOf(shape)));
          return [`uniform ${layer}`, tensor("float32", data, [size, ...shape])] as const;
        });
        losses.push((await trainer.step({ size, tensors: { ...tensors, ...Object.fromEntries(drawn) } }, step, 0.01, false)).loss);
      }
      const late = losses.slice(-10).reduce((a, b) => a + b, 0) / 10;
      // The wave's own variance is 0.545.
      expect(late).toBeLessThan(0.15);
    } finally {
      await trainer.dispose();
    }
  });
});

test("two recurrent layers of 32, as in PyTorch", () => {
  const count = (gates: number) => gates * (32 * 1 + 32 * 32 + 64) + gates * (32 * 32 + 32 * 32 + 64) + 33;
  for (const [type, gates] of [
    ["rnn", 1],
    ["gru", 3],
    ["lstm", 4],
  ] as const)
    expect(specOf(type, { name: "x", length: 28, features: 1 }, [{ name: "y", outFeatures: 1 }]).layout.parameterCount).toBe(count(gates));
});

test("a TCN has as many blocks as it takes to see the whole window", () => {
  const blocks = (length: number) => specOf("tcn", { name: "x", length, features: 1 }, [horizon]).plan.layers.filter(({ id }) => /^add\d/.test(id)).length;
  // 1 + 4·(2ⁿ - 1) steps: 5, 13, 29, 61, 125.
  expect([1, 5, 6, 13, 14, 29, 30, 96].map(blocks)).toEqual([1, 1, 2, 2, 3, 3, 4, 5]);
});

test("DLinear's trend is a moving average of an odd number of steps, 25 or as many as there are", () => {
  const kernel = (length: number) => specOf("linear", { name: "x", length, features: 1 }, [horizon]).plan.layers.find(({ id }) => id === "trend")?.config;
  expect([1, 2, 24, 25, 200].map(kernel)).toMatchObject([1, 1, 23, 25, 25].map((kernelSize) => ({ kernelSize, padding: (kernelSize - 1) / 2 })));
});

test("a network that is not there is told with those that are", () => {
  expect(() => seriesNetworks.get("gur")).toThrow(/network for series gur.*gru/s);
});
