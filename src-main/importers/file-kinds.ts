import { LatheError } from "../base/errors.js";

/** Bytes from the beginning of a file that tell what it is. */
export const BEGINNING = 512;

/** What a file is that is taken for an ONNX file, by its first bytes, as a sentence continues; undefined where nothing speaks against it. */
export function foreignKind(bytes: Uint8Array, size: number): string | undefined {
  const begins = (...first: readonly number[]) => first.every((byte, i) => bytes[i] === byte);
  const start = Buffer.from(bytes.subarray(0, BEGINNING)).toString("latin1");
  if (begins(0x50, 0x4b, 0x03, 0x04))
    return "a zip archive, as PyTorch's .pt files and Keras's .keras files are; export the network with torch.onnx.export or tf2onnx";
  if (begins(0x80) && (bytes[1] ?? 0) <= 5 && start.includes("torch")) return "a checkpoint of PyTorch; export the network with torch.onnx.export";
  if (begins(0x89, 0x48, 0x44, 0x46)) return "an HDF5 file, as Keras's .h5 files are; convert the network with tf2onnx";
  if (begins(0x1f, 0x8b)) return "compressed with gzip; unpack it first";
  if (start.startsWith("version https://git-lfs")) return "a pointer of Git LFS, not the file itself; fetch it with git lfs pull";
  if (start.slice(4, 8) === "TFL3") return "a file of TensorFlow Lite; convert the network with tf2onnx";
  if (start.slice(4, 8) === "ORTM") return "a file in ONNX Runtime's own format; use the .onnx file that it was made from";
  if (/^.{8}\{"/s.test(start) && bytes[7] === 0) return "a safetensors file: weights without a network; export the network with torch.onnx.export";
  if (size > 16 && /^[\t\n\r\x20-\x7e]*$/.test(start)) return "a text; expected an ONNX file, which is binary";
  return undefined;
}

/** Bytes of the fields' heads that are read at once. */
const WINDOW = 1 << 16;

/**
 * A protobuf message is fields one after another, each with its length: a file that was cut off ends within one. Only the fields' heads are read.
 * @param read gives at most so many bytes from a place on
 * @throws LatheError `graph.invalid`
 */
export function refuseCutOff(path: string, size: number, read: (position: number, length: number) => Uint8Array): void {
  let at = 0;
  let window = { begin: 0, bytes: read(0, WINDOW) };
  const byteAt = (position: number): number => {
    if (position < window.begin || position >= window.begin + window.bytes.length) window = { begin: position, bytes: read(position, WINDOW) };
    return window.bytes[position - window.begin] ?? 0;
  };
  const varint = (): number | undefined => {
    let [value, scale] = [0, 1];
    for (let i = 0; i < 10 && at < size; i++) {
      const byte = byteAt(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    return undefined;
  };
  while (at < size) {
    const begin = at;
    const tag = varint() ?? 0;
    const wire = tag < 8 ? 7 : tag & 7;
    const length = wire === 0 ? (varint() === undefined ? undefined : 0) : wire === 1 ? 8 : wire === 2 ? varint() : wire === 5 ? 4 : undefined;
    if (length === undefined) throw new LatheError("graph.invalid", `${path} is not an ONNX file, or is damaged at byte ${begin}`, { path });
    at += length;
    if (at > size)
      throw new LatheError(
        "graph.invalid",
        `${path} is not an ONNX file, or is cut off: what begins at byte ${begin} would reach to ${at}, but the file ends at ${size}; copy or ` +
          `download it again`,
        { path },
      );
  }
}
