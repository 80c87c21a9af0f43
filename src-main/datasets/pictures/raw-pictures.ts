import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { defined } from "../../base/assert.js";
import { LatheError, toLatheError } from "../../base/errors.js";
import type { FittedData } from "../../features/fitted.js";
import { kindOf, picturesOf } from "../../features/index.js";
import type { TensorData } from "../../onnx/types.js";
import type { Picture } from "../../transforms/picture.js";
import type { SkippedRows } from "../prepared.js";
import { type RawBatch, presencesOf } from "../raw-batch.js";
import type { Source } from "../sources/source.js";
import { bytesToDecode, decodePicture, readPictureFile } from "./decode.js";
import { emptyPixels } from "./read-pictures.js";

/** Rows whose pictures are decoded together; those of one size go through the model together, up to so many bytes. */
export const PICTURES = 32;
const TOGETHER = 16 << 20;
/** Rows decoded at a time, and bytes that they may need together; a larger one is decoded alone. */
const AT_ONCE = 4;
const MOST_BYTES = 512 << 20;

/** A picture that a row is skipped for. */
export interface UnreadPicture {
  /** The row's number, from 1. */
  readonly row: number;
  /** As the folder or the table names it. */
  readonly path: string;
  /** As the end of a sentence that begins with its name. */
  readonly reason: string;
}

export interface RawPicturesQuestion {
  readonly fitted: FittedData;
  readonly source: Source;
  /** What a file is to hold; undefined: whatever it holds. */
  readonly contentOf: ((path: string) => string | undefined) | undefined;
  readonly skip: (column: string, reason: SkippedRows["reason"], picture: UnreadPicture) => void;
  /** Told of a picture that an empty one stands in for. */
  readonly blank: (picture: UnreadPicture) => void;
}

type FittedImageInput = ReturnType<typeof picturesOf<FittedData["inputs"][number]>>[number];

/** A row whose pictures could be decoded. */
interface Seen {
  readonly row: number;
  /** Columns whose picture is an empty one. */
  readonly blank: readonly string[];
  readonly pictures: readonly Picture[];
}

/** A batch of paths as batches of pictures as the exported model takes them, undecoded in size. Rows with a bad picture are skipped. */
export async function* withPictures(batch: RawBatch, question: RawPicturesQuestion): AsyncGenerator<RawBatch, void, void> {
  const inputs = picturesOf(question.fitted.inputs);
  let together: Seen[] = [];
  let bytes = 0;
  for await (const seen of ahead(batch, inputs, question)) {
    const size = seen.pictures.reduce((sum, { data }) => sum + data.length, 0);
    if (together.length > 0 && (!alike(together[0], seen) || bytes + size > TOGETHER)) {
      yield gathered(batch, together, inputs, question);
      [together, bytes] = [[], 0];
    }
    together.push(seen);
    bytes += size;
  }
  if (together.length > 0) yield gathered(batch, together, inputs, question);
}

function alike(a: Seen | undefined, b: Seen): boolean {
  return b.pictures.every(({ width, height }, k) => a?.pictures[k]?.width === width && a.pictures[k].height === height);
}

/** A row's pictures as files. */
interface Opened {
  /** Within its batch, and within the table. */
  readonly row: number;
  readonly number: number;
  readonly files: readonly {
    readonly input: FittedImageInput;
    readonly path: string;
    /** Undefined: it is missing, and an empty one is read. */
    readonly file: Uint8Array | undefined;
  }[];
  /** That decoding them takes. */
  readonly bytes: number;
}

interface Bad {
  readonly column: string;
  readonly why: SkippedRows["reason"];
  readonly picture: UnreadPicture;
}

/** Rows in their order, the next ones decoded meanwhile as far as memory allows. */
async function* ahead(batch: RawBatch, inputs: readonly FittedImageInput[], question: RawPicturesQuestion): AsyncGenerator<Seen, void, void> {
  const under: { readonly result: Seen | Bad | Promise<Seen | Bad>; readonly bytes: number }[] = [];
  let bytes = 0;
  async function* finish(isEnough: () => boolean): AsyncGenerator<Seen, void, void> {
    for (let first = isEnough() ? undefined : under.shift(); first; first = isEnough() ? undefined : under.shift()) {
      const found = await first.result;
      bytes -= first.bytes;
      if ("why" in found) question.skip(found.column, found.why, found.picture);
      else yield found;
    }
  }
  for (let row = 0; row < batch.size; row++) {
    const opened = await openRow(batch, row, inputs, question);
    const needed = "why" in opened ? 0 : opened.bytes;
    yield* finish(() => under.length < AT_ONCE && (under.length === 0 || bytes + needed <= MOST_BYTES));
    under.push({ result: "why" in opened ? opened : decodeRow(opened, question), bytes: needed });
    bytes += needed;
  }
  yield* finish(() => under.length === 0);
}

async function openRow(
  batch: RawBatch,
  row: number,
  inputs: readonly FittedImageInput[],
  { source, contentOf, blank }: RawPicturesQuestion,
): Promise<Opened | Bad> {
  const files: Opened["files"][number][] = [];
  let bytes = 0;
  for (const input of inputs) {
    const path = pathOf(batch, input.name, row);
    const full = resolve(source.root, path);
    if (path === "" && isBlanked(input)) {
      blank({ row: batch.rows[row] ?? 0, path, reason: "" });
      files.push({ input, path, file: undefined });
      continue;
    }
    const expected = contentOf?.(full);
    let isSame = expected === undefined;
    try {
      const file = await readPictureFile(full);
      if (expected !== undefined && createHash("sha256").update(file).digest("hex") !== expected) {
        return { column: input.column, why: "changed picture", picture: { row: batch.rows[row] ?? 0, path, reason: "is another picture than before" } };
      }
      isSame = true;
      bytes += await bytesToDecode(file);
      files.push({ input, path, file });
    } catch (thrown) {
      // Of rows that are read once more: what could be read then and cannot be now is another picture.
      if (!isBlanked(input) || !isSame) return bad(input, batch.rows[row] ?? 0, path, thrown, contentOf);
      blank({ row: batch.rows[row] ?? 0, path, reason: toLatheError(thrown).message });
      files.push({ input, path, file: undefined });
    }
  }
  return { row, number: batch.rows[row] ?? 0, files, bytes };
}

async function decodeRow({ row, number, files }: Opened, { source, contentOf, blank }: RawPicturesQuestion): Promise<Seen | Bad> {
  const pictures: Picture[] = [];
  const empty: string[] = [];
  for (const { input, path, file } of files) {
    try {
      if (file) {
        const picture = await decodePicture(file, input);
        // Of rows that are read once more: it could not be read then, so that an empty one was.
        if (isBlanked(input) && contentOf && contentOf(resolve(source.root, path)) === undefined)
          return { column: input.column, why: "changed picture", picture: { row: number, path, reason: "could not be read before" } };
        pictures.push(picture);
        continue;
      }
    } catch (thrown) {
      if (!isBlanked(input)) return bad(input, number, path, thrown, contentOf);
      blank({ row: number, path, reason: toLatheError(thrown).message });
    }
    pictures.push(emptyPicture(input));
    empty.push(input.column);
  }
  return { row, blank: empty, pictures };
}

function isBlanked(input: FittedImageInput): boolean {
  return kindOf(input).gaps(input) === "keep";
}

function emptyPicture({ size: [height, width], color, background }: FittedImageInput): Picture {
  return { width, height, channels: color === "rgb" ? 3 : 1, data: emptyPixels({ width, height, color, background }) };
}

function bad({ column }: FittedImageInput, row: number, path: string, thrown: unknown, contentOf: RawPicturesQuestion["contentOf"]): Bad {
  return { column, why: contentOf ? "changed picture" : "unreadable picture", picture: { row, path, reason: toLatheError(thrown).message } };
}

function pathOf(batch: RawBatch, input: string, row: number): string {
  const paths = defined(batch.inputs[input], input);
  if (paths.dtype !== "string") throw new LatheError("internal", `${input} holds ${paths.dtype}, expected paths`);
  return paths.data[row] ?? "";
}

function gathered(batch: RawBatch, seen: readonly Seen[], inputs: readonly FittedImageInput[], { source, fitted }: RawPicturesQuestion): RawBatch {
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
  const presences = inputs.flatMap(({ column }) =>
    presencesOf(fitted, column).map(({ name }): readonly [string, TensorData] => [
      name,
      { dtype: "float32", dims: [seen.length, 1], data: Float32Array.from(seen, ({ blank }) => (blank.includes(column) ? 0 : 1)) },
    ]),
  );
  return {
    size: rows.length,
    rows: Uint32Array.from(rows, (row) => batch.rows[row] ?? 0),
    ...(batch.places ? { places: Uint32Array.from(rows, (row) => batch.places?.[row] ?? 0) } : {}),
    ...(source.format === "pictures" && first ? { names: rows.map((row) => pathOf(batch, first.name, row)) } : {}),
    inputs: { ...pick(batch.inputs), ...Object.fromEntries([...presences, ...pictures]) },
    targets: pick(batch.targets),
  };
}

/** Some rows of a tensor. */
export function rowsOf(t: TensorData, rows: readonly number[]): TensorData {
  const width = t.dims.slice(1).reduce((a, b) => a * b, 1);
  const dims = [rows.length, ...t.dims.slice(1)];
  if (t.dtype === "string") return { dtype: "string", dims, data: rows.flatMap((row) => t.data.slice(row * width, (row + 1) * width)) };
  if (t.dtype === "int64")
    return { dtype: "int64", dims, data: BigInt64Array.from(rows.flatMap((row) => [...t.data.subarray(row * width, (row + 1) * width)])) };
  if (t.dtype === "float32")
    return { dtype: "float32", dims, data: Float32Array.from(rows.flatMap((row) => [...t.data.subarray(row * width, (row + 1) * width)])) };
  throw new LatheError("internal", `rows of ${t.dtype} are not picked`);
}
