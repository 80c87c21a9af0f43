import { createHash } from "node:crypto";
import { join } from "node:path";
import { defined } from "../../base/assert.js";
import { LatheError, toLatheError } from "../../base/errors.js";
import type { TensorData } from "../../onnx/types.js";
import type { Picture } from "../../transforms/picture.js";
import type { FittedData, FittedImageInput } from "../encoders/fitted.js";
import type { SkippedRows } from "../prepared.js";
import type { RawBatch } from "../raw-batch.js";
import type { Source } from "../sources/source.js";
import { decodePicture, readPictureFile } from "./decode.js";

/** Rows whose pictures are decoded together; those of one size go through the model together, up to so many bytes. */
export const PICTURES = 32;
const TOGETHER = 16 << 20;
/** Pictures decoded at a time. */
const AT_ONCE = 4;

export interface RawPicturesQuestion {
  readonly fitted: FittedData;
  readonly source: Source;
  /** What a file is to hold; undefined: whatever it holds. */
  readonly contentOf: ((path: string) => string | undefined) | undefined;
  readonly skip: (column: string, reason: SkippedRows["reason"], why: string) => void;
}

/** A row whose pictures could be decoded. */
interface Seen {
  readonly row: number;
  readonly pictures: readonly Picture[];
}

/** A batch of paths as batches of pictures as the exported model takes them, undecoded in size. Rows with a bad picture are skipped. */
export async function* withPictures(batch: RawBatch, question: RawPicturesQuestion): AsyncGenerator<RawBatch, void, void> {
  const inputs = question.fitted.inputs.filter((input) => input.type === "image");
  let together: Seen[] = [];
  let bytes = 0;
  for (let from = 0; from < batch.size; from += AT_ONCE) {
    const rows = Array.from({ length: Math.min(AT_ONCE, batch.size - from) }, (_, i) => from + i);
    for (const seen of await Promise.all(rows.map((row) => see(batch, row, inputs, question)))) {
      if (!seen) continue;
      const size = seen.pictures.reduce((sum, { data }) => sum + data.length, 0);
      if (together.length > 0 && (!alike(together[0], seen) || bytes + size > TOGETHER)) {
        yield gathered(batch, together, inputs, question.source);
        [together, bytes] = [[], 0];
      }
      together.push(seen);
      bytes += size;
    }
  }
  if (together.length > 0) yield gathered(batch, together, inputs, question.source);
}

function alike(a: Seen | undefined, b: Seen): boolean {
  return b.pictures.every(({ width, height }, k) => a?.pictures[k]?.width === width && a.pictures[k].height === height);
}

async function see(batch: RawBatch, row: number, inputs: readonly FittedImageInput[], { source, contentOf, skip }: RawPicturesQuestion): Promise<Seen | undefined> {
  const pictures: Picture[] = [];
  for (const input of inputs) {
    const path = pathOf(batch, input.name, row);
    const full = join(source.root, path);
    try {
      const bytes = await readPictureFile(full);
      const expected = contentOf?.(full);
      if (expected !== undefined && createHash("sha256").update(bytes).digest("hex") !== expected) {
        skip(input.column, "changed picture", `${path} is another picture than before`);
        return undefined;
      }
      pictures.push(await decodePicture(bytes, input));
    } catch (thrown) {
      skip(input.column, contentOf ? "changed picture" : "unreadable picture", `${path} ${toLatheError(thrown).message}`);
      return undefined;
    }
  }
  return { row, pictures };
}

function pathOf(batch: RawBatch, input: string, row: number): string {
  const paths = defined(batch.inputs[input], input);
  if (paths.dtype !== "string") throw new LatheError("internal", `${input} holds ${paths.dtype}, expected paths`);
  return paths.data[row] ?? "";
}

function gathered(batch: RawBatch, seen: readonly Seen[], inputs: readonly FittedImageInput[], source: Source): RawBatch {
  const rows = seen.map(({ row }) => row);
  const pick = (tensors: RawBatch["inputs"]) => Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, rowsOf(t, rows)]));
  const [first] = inputs;
  const pictures = inputs.map((input, k): readonly [string, TensorData] => {
    const all = seen.map(({ pictures: own }) => defined(own[k], input.name));
    const { width = 0, height = 0, channels = 0 } = all[0] ?? {};
    const data = new Uint8Array(all.length * width * height * channels);
    all.forEach((picture, i) => data.set(picture.data, i * width * height * channels));
    return [input.name, { dtype: "uint8", dims: [all.length, height, width, channels], data }];
  });
  return {
    size: rows.length, rows: Uint32Array.from(rows, (row) => batch.rows[row] ?? 0),
    ...(batch.places ? { places: Uint32Array.from(rows, (row) => batch.places?.[row] ?? 0) } : {}),
    ...(source.format === "pictures" && first ? { names: rows.map((row) => pathOf(batch, first.name, row)) } : {}),
    inputs: { ...pick(batch.inputs), ...Object.fromEntries(pictures) }, targets: pick(batch.targets),
  };
}

/** Some rows of a tensor. */
function rowsOf(t: TensorData, rows: readonly number[]): TensorData {
  const width = t.dims.slice(1).reduce((a, b) => a * b, 1);
  const dims = [rows.length, ...t.dims.slice(1)];
  if (t.dtype === "string") return { dtype: "string", dims, data: rows.flatMap((row) => t.data.slice(row * width, (row + 1) * width)) };
  if (t.dtype === "int64") return { dtype: "int64", dims, data: BigInt64Array.from(rows.flatMap((row) => [...t.data.subarray(row * width, (row + 1) * width)])) };
  if (t.dtype === "float32") return { dtype: "float32", dims, data: Float32Array.from(rows.flatMap((row) => [...t.data.subarray(row * width, (row + 1) * width)])) };
  throw new LatheError("internal", `rows of ${t.dtype} are not picked`);
}
