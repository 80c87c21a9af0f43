import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { normalForm } from "../../../src-main/importers/normal-form.js";
import { readForeignModel } from "../../../src-main/importers/read-file.js";
import { encodeModel } from "../../../src-main/onnx/protobuf.js";
import { type ModelMessage, encodeMessage } from "../../../src-main/onnx/protobuf/messages.js";
import { type Model, type Node, int, tensor } from "../../../src-main/onnx/types.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const mlp = readFileSync(join(packageRoot, "tests/fixtures/imported/mlp.old.onnx"));

function refusal(write: (folder: string) => string): string {
  const path = write(temporaryFolder());
  try {
    readForeignModel(path);
    return "was read";
  } catch (error) {
    return String(error);
  }
}

const file = (bytes: Uint8Array | string) => (folder: string) => {
  const path = join(folder, "model.onnx");
  writeFileSync(path, bytes);
  return path;
};

test.each<readonly [string, (folder: string) => string, RegExp]>([
  ["nothing there", (folder) => join(folder, "none.onnx"), /none\.onnx cannot be read/],
  ["a folder", (folder) => folder, /is no file; expected an ONNX file/],
  ["an empty file", file(""), /is empty/],
  ["a text", file("a,b,c\n1,2,3\n4,5,6\n7,8,9\n"), /is a text; expected an ONNX file/],
  ["a checkpoint of PyTorch", file(Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(60)])), /a zip archive.*torch\.onnx\.export/],
  ["an HDF5 file", file(Buffer.concat([Buffer.from([0x89]), Buffer.from("HDF\r\n\x1a\n"), Buffer.alloc(30)])), /HDF5/],
  ["a pointer of Git LFS", file("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"), /git lfs pull/],
  ["a file that was cut off", file(mlp.subarray(0, 1500)), /is cut off: .* the file ends at 1500/],
  [
    "a file beyond protobuf's bound",
    (folder) => {
      const path = file("")(folder);
      truncateSync(path, 2 ** 31 + 10);
      return path;
    },
    /has 2\.0 GiB/,
  ],
  ["an operator set that is too old", file(modelOf([], { opset: 6 })), /operator set 6, expected 7 to/],
  ["a value made twice", file(modelOf([node("Relu", ["x"], "y"), node("Relu", ["x"], "y")])), /makes the value y twice/],
  ["a circle", file(modelOf([node("Relu", ["b"], "a"), node("Relu", ["a"], "b"), node("Relu", ["a"], "y")])), /reads b, which nothing before it makes/],
  ["weights that are missing", file(external({ location: "none.bin" })), /which is not beside the model/],
  ["weights outside of the folder", file(external({ location: "../weights.bin" })), /expected a file in the model's own folder/],
  ["weights at an absolute place", file(external({ location: "/etc/hostname" })), /expected a file in the model's own folder/],
  ["weights beyond the end of their file", beside({ location: "w.bin", offset: "8", length: "16" }), /bytes 8 to 24 of w\.bin, which has 16/],
  ["a negative place", beside({ location: "w.bin", offset: "-4" }), /has the offset "-4"/],
  ["fewer weights than their shape", beside({ location: "w.bin", length: "8" }), /has 8 bytes of w\.bin, expected 16 for its shape/],
  ["two gigabytes of weights for four numbers", sparse({ location: "w.bin" }), /has 2000000000 bytes of w\.bin, expected 16 for its shape/],
  [
    "two gigabytes of nothing",
    (folder) => {
      const path = file("")(folder);
      truncateSync(path, 2_000_000_000);
      return path;
    },
    /is not an ONNX file, or is damaged at byte 0/,
  ],
  ["operators of another domain alone", file(otherDomain()), /uses no operators of ONNX's own; it has those of com\.acme/],
  [
    "weights behind a link that leads out",
    (folder) => {
      const inner = join(folder, "inner");
      mkdirSync(inner);
      writeFileSync(join(folder, "w.bin"), Buffer.alloc(16));
      symlinkSync(join(folder, "w.bin"), join(inner, "w.bin"));
      return file(external({ location: "w.bin" }))(inner);
    },
    /a link that leads out of the model's folder/,
  ],
])("%s is refused with a sentence", (_, write, sentence) => {
  expect(refusal(write)).toMatch(sentence);
});

test("what is no ONNX file is not held in memory, nor weights that do not fit their shape", () => {
  const before = process.memoryUsage().rss;
  for (const write of [sparse({ location: "w.bin" }), (folder: string) => sparse({ location: "none.bin" })(folder).replace("model.onnx", "w.bin")])
    refusal(write);
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
});

test("weights beside the file are read", () => {
  const path = beside({ location: "w.bin", length: "16" })(temporaryFolder());
  const { model, external: isBeside } = readForeignModel(path);
  expect([...model.graph.initializers.values()][0]).toEqual(tensor("float32", [0, 0, 0, 0], [2, 2]));
  expect(isBeside).toBe(true);
});

test("loops, other domains and operators that nobody knows are told by node, and so is what reads them", () => {
  const nodes = [
    node("Nope", ["x"], "a"),
    node("Relu", ["x"], "b"),
    { ...node("FusedConv", ["b"], "c"), domain: "com.microsoft" },
    node("Add", ["a", "b"], "y"),
  ];
  const form = normalForm({ model: plain(nodes) });
  expect(form.nodes.map(({ name, problem, unreached }) => [name, problem, unreached])).toEqual([
    ["Nope_a", "Nope is none of the operators that Lathe reads", undefined],
    ["Relu_b", undefined, undefined],
    ["FusedConv_c", "FusedConv is of the domain com.microsoft, whose operators Lathe does not know", undefined],
    ["Add_y", "it reads a, which cannot be used", true],
  ]);
});

test("a softmax of before operator set 13 sums over all axes from its own on", () => {
  const { builder, values } = normalForm({ model: plain([{ ...node("Softmax", ["x"], "y"), attributes: { axis: int(1) } }], 11, ["N", 3, 4]) });
  expect(builder.soFar([values.get("y")!]).nodes.map(({ op }) => op)).toEqual(["Flatten", "Softmax", "Reshape"]);
});

test("a batch that is frozen becomes any number of samples", () => {
  const reshape = node("Reshape", ["x", "shape"], "y");
  const model = plain([reshape], 13, [1, 3, 4]);
  const form = normalForm({ model: { ...model, graph: { ...model.graph, initializers: new Map([["shape", tensor("int64", [1, 12])]]) } } });
  expect(form.values.get("y")!.shape).toEqual(["N", 12]);
  expect(form.frozenBatch).toBe(1);
});

function node(op: string, inputs: readonly string[], output: string): Node {
  return { name: `${op}_${output}`, op, domain: "", inputs, outputs: [output], attributes: {} };
}

function plain(nodes: readonly Node[], opset = 13, shape: readonly (string | number)[] = ["N", 4]): Model {
  const graph = {
    name: "g",
    inputs: [{ name: "x", dtype: "float32" as const, shape }],
    outputs: [{ name: "y", dtype: "float32" as const, shape }],
    initializers: new Map(),
    nodes,
    types: new Map(),
  };
  const opsets = new Map([
    ["", opset],
    ["com.microsoft", 1],
  ]);
  return { graph, irVersion: 8, opsets, producer: { name: "test", version: "" }, doc: "", metadata: new Map() };
}

function modelOf(nodes: readonly Node[], { opset = 13 } = {}): Uint8Array {
  return encodeModel(plain(nodes.length === 0 ? [node("Relu", ["x"], "y")] : nodes, opset));
}

function otherDomain(): Uint8Array {
  return encodeMessage({
    irVersion: { low: 8, high: 0, unsigned: false },
    opsetImport: [{ domain: "com.acme", version: { low: 1, high: 0, unsigned: false } }],
    graph: { name: "g" },
  });
}

/** A model whose one tensor `[2, 2]` lies in another file. */
function external(entries: Readonly<Record<string, string>>): Uint8Array {
  const big = (low: number) => ({ low, high: 0, unsigned: false });
  const message: ModelMessage = {
    irVersion: big(8),
    opsetImport: [{ domain: "", version: big(13) }],
    graph: {
      name: "g",
      initializer: [
        { name: "w", dims: [big(2), big(2)], dataType: 1, dataLocation: 1, externalData: Object.entries(entries).map(([key, value]) => ({ key, value })) },
      ],
    },
  };
  return encodeMessage(message);
}

/** Weights in a file of two gigabytes, which take no room. */
function sparse(entries: Readonly<Record<string, string>>) {
  return (folder: string) => {
    writeFileSync(join(folder, "w.bin"), "");
    truncateSync(join(folder, "w.bin"), 2_000_000_000);
    return file(external(entries))(folder);
  };
}

function beside(entries: Readonly<Record<string, string>>) {
  return (folder: string) => {
    writeFileSync(join(folder, "w.bin"), Buffer.alloc(16));
    return file(external(entries))(folder);
  };
}
