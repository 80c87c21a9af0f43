import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { onnxruntimeEngine } from "../../../src-main/engines/onnxruntime/index.js";
import { encodeModel, modelOf } from "../../../src-main/onnx/protobuf.js";
import { type Graph, numbersOf } from "../../../src-main/onnx/types.js";
import { seriesNetworks } from "../../../src-main/services/templates/networks/index.js";
import type { SeriesNetwork } from "../../../src-main/services/templates/networks/series-network.js";
import { ANY_LENGTH, takesAnyLength } from "../../../src-main/training/network/any-length.js";
import { createEmitter } from "../../../src-main/ops/index.js";
import { expectClose } from "../../support/close.js";
import { readGolden } from "../../support/goldens.js";
import { exportedSeries, seriesSource, windows } from "../../support/series-export.js";
import { seriesSpec } from "../../support/series-spec.js";
import { WebgpuPeer, findSwiftShader } from "../../support/webgpu.js";

const LENGTH = 28;
const FEATURES = 2;

const cells = (name: string, summary: string, options: Readonly<Record<string, unknown>>): SeriesNetwork => ({
  type: name,
  title: name,
  summary,
  layers: (id, { name: from }) => [{ id: id("cells"), type: "RNN", from: [from], hiddenSize: 5, ...options }],
});
/** Steps as indices of words: what is below 1 is 0, the rest up to 6. */
const words: SeriesNetwork = {
  type: "words",
  title: "words",
  summary: "an Embedding and a GRU",
  layers: (id, { name }) => [
    { id: id("column"), type: "Select", from: [name], dim: 2, index: 0 },
    { id: id("indices"), type: "ReLU6" },
    { id: id("table"), type: "Embedding", numEmbeddings: 7, embeddingDim: 4, paddingIdx: 6 },
    { id: id("cells"), type: "GRU", hiddenSize: 5 },
  ],
};
/** The presets, what else an RNN can be, and words. */
const networks: readonly SeriesNetwork[] = [
  ...seriesNetworks.all,
  cells("relu", "an RNN with relu", { nonlinearity: "relu" }),
  cells("both-ways", "an RNN in both directions without bias", { bidirectional: true, bias: false, numLayers: 2 }),
  words,
];

const goldens =
  readGolden<Readonly<Record<string, readonly { readonly batch: number; readonly length: number; readonly output: readonly number[] }[]>>>("series.json");
const spec = (network: SeriesNetwork) => seriesSpec(network, { name: "x", length: LENGTH, features: FEATURES }, [{ name: "y", outFeatures: 3 }]);
const free = (network: SeriesNetwork): boolean => takesAnyLength(spec(network).plan, spec(network).inputs, "x");
const exported = (network: SeriesNetwork): Graph => exportedSeries(spec(network), free(network) ? ANY_LENGTH : LENGTH);

const swiftShader = findSwiftShader();
if ("reason" in swiftShader) console.log(`exported files on a graphics card: skipped, ${swiftShader.reason}`);
const peer = "folder" in swiftShader ? new WebgpuPeer(swiftShader.folder) : undefined;
afterAll(() => peer?.close());

it("cells and convolutions answer windows of any length, what reads all steps at once does not", () => {
  expect(networks.filter(free).map(({ type }) => type)).toEqual(["gru", "lstm", "rnn", "tcn", "relu", "both-ways", "words"]);
});

describe.each(networks.map((network) => [network.type, network] as const))("%s", (type, network) => {
  it("is in PyTorch what its source says", async () => {
    await expect(seriesSource(type, spec(network))).toMatchFileSnapshot(join(packageRoot, "tests", "fixtures", "pytorch", "sources-series", `${type}.py`));
  });

  it(`answers as PyTorch, of any batch${free(network) ? " and any length" : ""}`, async () => {
    const folder = process.env["LATHE_SERIES_FILES"];
    if (folder !== undefined) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${type}.onnx`), encodeModel(modelOf(exported(network), { version: "" })));
    }
    const file = await onnxruntimeEngine.compile(exported(network), { device: "cpu", threads: 1 });
    try {
      expect(new Set(goldens[type]!.map(({ batch }) => batch)).size).toBe(2);
      expect(new Set(goldens[type]!.map(({ length }) => length)).size).toBe(free(network) ? 2 : 1);
      for (const { batch, length, output } of goldens[type]!) {
        const { y } = await file.run({ x: windows(batch, length, FEATURES) });
        expectClose(numbersOf(y!), output, 1e-5, `batch ${batch}, length ${length}`);
      }
    } finally {
      await file.dispose();
    }
  });

  it.skipIf(!peer)("runs on a graphics card, every node of it, and answers the same", async () => {
    const answers = await peer!.run(
      exported(network),
      goldens[type]!.map(({ batch, length }) => windows(batch, length, FEATURES)),
    );
    goldens[type]!.forEach(({ batch, length, output }, i) => expectClose(answers[i]!.data, output, 1e-5, `batch ${batch}, length ${length}`));
  });
});

it.skipIf(!peer)("an RNN as it is has no place there", async () => {
  const e = createEmitter();
  const x = e.graph.input("x", "float32", ["T", "N", 1]);
  const ones = (...shape: number[]) =>
    e.graph.initializer(`w${shape.join("x")}`, { dtype: "float32", dims: shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5) });
  e.graph.output(e.op("RNN", [x, ones(1, 2, 1), ones(1, 2, 2)]), "y");
  await expect(peer!.run(e.graph.build("rnn"), [windows(1, 1, 1)])).rejects.toThrow(/default CPU EP/);
});
