import { describe, expect, it } from "vitest";
import type { ModelSpec } from "../../../../src-main/contract/model.js";
import type { TensorType } from "../../../../src-main/onnx/types.js";
import { layOut } from "../../../../src-main/training/network/layout.js";
import { type Reads, type SizedNetwork, explainMemory, refuseTooLarge, stepBytes } from "../../../../src-main/training/network/memory.js";
import { planNetwork } from "../../../../src-main/training/network/network.js";

const GB = 2 ** 30;
const MB = 2 ** 20;

function networkOf(layers: readonly ({ readonly type: string } & Record<string, unknown>)[], type: TensorType, reads: Reads): SizedNetwork {
  const last = layers.length - 1;
  const named = layers.map((layer, i) => ({ id: i === last ? "out" : `layer${i}`, ...layer }));
  const model: ModelSpec = { layers: named, outputs: [{ target: "y", from: "out" }] };
  const inputs = new Map([["x", type]]);
  const plan = planNetwork(model, ["x"], new Map([["y", 1]]));
  return { plan, layout: layOut(plan, inputs), inputs, reads: new Map([["x", reads]]) };
}

const windows = (length: number): TensorType => ({ dtype: "float32", shape: ["N", length, 1] });
const recurrent = (type: string, hiddenSize: number, numLayers = 2) => [
  { type, hiddenSize, numLayers },
  { type: "Linear", outFeatures: 1 },
];
const attention = (dropout: number) => [
  { type: "Linear", outFeatures: 32 },
  { type: "TransformerEncoderLayer", numHeads: 4, dimFeedforward: 64, dropout },
  { type: "Select" },
  { type: "Linear", outFeatures: 1 },
];

describe("what a training step takes", () => {
  // Peaks of resident memory above that of a process with next to nothing to train, of ONNX Runtime on the CPU: npm run bench step-memory.
  const measured: [string, SizedNetwork, batch: number, megabytes: number][] = [
    ["RNN of 32, window 96", networkOf(recurrent("RNN", 32), windows(96), "sequence"), 512, 329],
    ["RNN of 256, window 1000", networkOf(recurrent("RNN", 256), windows(1000), "sequence"), 32, 1874],
    ["GRU of 32, window 96", networkOf(recurrent("GRU", 32), windows(96), "sequence"), 512, 915],
    ["GRU of 32, window 1000", networkOf(recurrent("GRU", 32), windows(1000), "sequence"), 512, 11_102],
    ["GRU of 256, window 96", networkOf(recurrent("GRU", 256), windows(96), "sequence"), 32, 576],
    ["GRU of 256, window 1000", networkOf(recurrent("GRU", 256), windows(1000), "sequence"), 32, 5914],
    ["GRU of one layer", networkOf(recurrent("GRU", 32, 1), windows(1000), "sequence"), 32, 298],
    ["GRU of eight layers", networkOf(recurrent("GRU", 32, 8), windows(1000), "sequence"), 32, 1421],
    ["LSTM of 256, window 96", networkOf(recurrent("LSTM", 256), windows(96), "sequence"), 32, 602],
    ["LSTM of 256, window 1000", networkOf(recurrent("LSTM", 256), windows(1000), "sequence"), 32, 6374],
    ["attention", networkOf(attention(0.1), windows(500), "sequence"), 32, 3970],
    ["attention without dropout", networkOf(attention(0), windows(500), "sequence"), 8, 633],
    [
      "Linear layers",
      networkOf(
        [{ type: "Linear", outFeatures: 1024 }, { type: "ReLU" }, { type: "Linear", outFeatures: 1024 }, { type: "ReLU" }, { type: "Linear", outFeatures: 1 }],
        { dtype: "float32", shape: ["N", 100] },
        "values",
      ),
      8192,
      1030,
    ],
    [
      "convolutions",
      networkOf(
        [
          { type: "Conv2d", outChannels: 16, kernelSize: 3, padding: 1 },
          { type: "ReLU" },
          { type: "MaxPool2d", kernelSize: 2 },
          { type: "Conv2d", outChannels: 32, kernelSize: 3, padding: 1 },
          { type: "ReLU" },
          { type: "Flatten" },
          { type: "Linear", outFeatures: 1 },
        ],
        { dtype: "float32", shape: ["N", 1, 28, 28] },
        "pictures",
      ),
      512,
      750,
    ],
  ];
  it.each(measured)("%s: is estimated within a factor of two", (_name, { layout }, batch, megabytes) => {
    const ratio = stepBytes(layout, batch) / (megabytes * MB);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  it("both directions take twice as much", () => {
    const one = networkOf(recurrent("GRU", 32, 1), windows(100), "sequence").layout.held.inside;
    const both = networkOf(
      [
        { type: "GRU", hiddenSize: 32, bidirectional: true },
        { type: "Linear", outFeatures: 1 },
      ],
      windows(100),
      "sequence",
    );
    expect(both.layout.held.inside).toBe(2 * one);
  });
});

describe("a step beyond the machine's memory", () => {
  const refusal = (network: SizedNetwork, batch: number, total: number) => {
    try {
      refuseTooLarge(network, batch, total);
    } catch (thrown) {
      return thrown as Error;
    }
    throw new Error("it was not refused");
  };

  it("fits with a smaller batch, which is then not refused", () => {
    const network = networkOf(recurrent("GRU", 256), windows(1000), "sequence");
    const error = refusal(network, 512, 16 * GB);
    expect(error.message).toBe("training.batchSize: a step of 512 samples needs about 68 GB of memory, this machine has 16 GB; set it to 32 or less");
    expect(() => refuseTooLarge(network, 32, 16 * GB)).not.toThrow();
  });

  it("has windows of so many rows where no batch fits", () => {
    const network = networkOf(attention(0.1), windows(8000), "sequence");
    const error = refusal(network, 4, 8 * GB);
    expect(error.message).toMatch(/; use windows of 2000 rows or fewer, or make the network smaller$/);
    expect(() => refuseTooLarge(networkOf(attention(0.1), windows(2000), "sequence"), 1, 8 * GB)).not.toThrow();
  });

  it("has smaller pictures, shorter texts or fewer columns, by what is read", () => {
    const conv = [{ type: "Conv2d", outChannels: 64, kernelSize: 3 }, { type: "Flatten" }, { type: "Linear", outFeatures: 1 }];
    const picture = networkOf(conv, { dtype: "float32", shape: ["N", 3, 512, 512] }, "pictures");
    expect(refusal(picture, 2, GB / 4).message).toMatch(/; make the pictures or the network smaller$/);
    const embedding = [{ type: "Embedding", numEmbeddings: 100, embeddingDim: 64 }, { type: "Flatten" }, { type: "Linear", outFeatures: 1 }];
    const text = networkOf(embedding, { dtype: "float32", shape: ["N", 5000] }, "tokens");
    expect(refusal(text, 1, 16 * MB).message).toMatch(/; set the length of texts to \d+ or less, or make the network smaller$/);
    const table = networkOf(
      [
        { type: "Linear", outFeatures: 4096 },
        { type: "Linear", outFeatures: 1 },
      ],
      { dtype: "float32", shape: ["N", 4096] },
      "values",
    );
    expect(refusal(table, 1, 64 * MB).message).toMatch(/; use fewer columns, or make the network smaller$/);
  });

  it("what an engine says of it becomes advice for any kind of data", () => {
    const told = (batch: number) => (explainMemory(new Error("std::bad_alloc"), batch) as Error).message;
    expect(told(32)).toBe("there was not enough memory for a batch of 32 samples; set training.batchSize to 16 or less");
    expect(told(1)).toBe("there was not enough memory for a batch of 1 samples; make what a sample reads, or the network, smaller");
    const other = new Error("something else");
    expect(explainMemory(other, 32)).toBe(other);
  });
});
