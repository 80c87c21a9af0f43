import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { decodeModel } from "../../src-main/onnx/protobuf.js";
import type { Model, TensorData } from "../../src-main/onnx/types.js";

/**
 * The ONNX project's own operator tests: a model of one node, inputs, and the outputs its Python reference computed.
 * Debian packages them as libonnx-testdata; `LATHE_ONNX_TESTDATA` names another copy of `onnx/backend/test/data`.
 */
const ROOT = process.env["LATHE_ONNX_TESTDATA"] ?? "/usr/share/libonnx-testdata/data";

export interface NodeCase {
  readonly name: string;
  readonly model: Model;
  readonly inputs: readonly TensorData[];
  readonly outputs: readonly TensorData[];
}

/** The names of all cases; undefined where the files are not installed. */
export function nodeCaseNames(): readonly string[] | undefined {
  const folder = join(ROOT, "node");
  return existsSync(folder) ? readdirSync(folder).sort() : undefined;
}

/** @throws LatheError `graph.unsupported` for element types and kinds of value Lathe does not read. */
export function readNodeCase(name: string): NodeCase {
  const folder = join(ROOT, "node", name);
  const data = join(folder, "test_data_set_0");
  const files = readdirSync(data);
  const tensors = (kind: string) => files.filter((f) => f.startsWith(kind)).map((_, i) => readTensor(join(data, `${kind}_${i}.pb`)));
  return { name, model: decodeModel(readFileSync(join(folder, "model.onnx"))), inputs: tensors("input"), outputs: tensors("output") };
}

/** A bare TensorProto, read by wrapping it as the one initializer of a model: `ModelProto { opset_import: {17}, graph: { initializer: tensor } }`. */
function readTensor(path: string): TensorData {
  const name = field(8, Buffer.from("t")); // a repeated scalar field: the last one counts
  const tensor = Buffer.concat([readFileSync(path), name]);
  const opset = field(8, Buffer.from([0x10, 17]));
  const { graph } = decodeModel(Buffer.concat([opset, field(7, field(5, tensor))]));
  return graph.initializers.get("t")!;
}

/** A length-delimited protobuf field. */
function field(number: number, payload: Buffer): Buffer {
  const length: number[] = [];
  for (let n = payload.length; ; n >>>= 7) {
    length.push(n > 127 ? (n & 127) | 128 : n);
    if (n <= 127) break;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), payload]);
}
