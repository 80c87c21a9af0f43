import { resolve } from "node:path";
import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import type { FittedData } from "../../features/fitted.js";
import { kindOf, picturesOf } from "../../features/index.js";
import type { TensorData } from "../../onnx/types.js";
import { type RawBatch, presencesOf } from "../raw-batch.js";
import type { Source } from "../sources/source.js";
import type { RowsToAnswer } from "../table-reader.js";
import type { PicturePool } from "./picture-pool.js";
import type { PixelFormat } from "./picture-task.js";
import { rowsOf } from "./raw-pictures.js";
import { emptyPixels } from "./read-pictures.js";

/** Rows whose pictures go through the model together, where those take no more than so many bytes. */
const [ROWS, BYTES] = [32, 64 << 20];
/** Batches that are decoded while the model answers for one. */
const AHEAD = 2;

type FittedPicture = ReturnType<typeof picturesOf<FittedData["inputs"][number]>>[number];

/** Rows in a batch of a model of pictures: always the same ones for one model. */
export function picturesAtOnce({ inputs }: FittedData): number {
  const bytes = picturesOf(inputs).reduce((sum, { size: [height, width], color }) => sum + height * width * (color === "rgb" ? 3 : 1), 0);
  return Math.max(1, Math.min(ROWS, Math.floor(BYTES / bytes)));
}

/**
 * Batches of paths as batches of pictures in the size that the model resizes them to, which to it are the same as those of their own size; the next ones are
 * decoded meanwhile by all threads. A row whose picture cannot be read joins those that failed.
 */
export async function* decodedAhead(
  gathered: AsyncIterable<RowsToAnswer>,
  { fitted, source, pool }: { readonly fitted: FittedData; readonly source: Source; readonly pool: PicturePool },
): AsyncGenerator<RowsToAnswer, void, void> {
  const inputs = picturesOf(fitted.inputs);
  const under: Promise<RowsToAnswer>[] = [];
  for await (const rows of gathered) {
    const decoded = decode(rows, { fitted, source, pool, inputs });
    // Whoever waits for it hears of it; nobody does where the work was given up.
    decoded.catch(() => undefined);
    under.push(decoded);
    if (under.length > AHEAD) yield await defined(under.shift(), "a batch");
  }
  for (const decoded of under) yield await decoded;
}

interface Decoding {
  readonly fitted: FittedData;
  readonly source: Source;
  readonly pool: PicturePool;
  readonly inputs: readonly FittedPicture[];
}

/** A row's picture in one column. */
type Found = { readonly data: Uint8Array; readonly bad?: undefined; readonly blank?: undefined } | { readonly bad: string } | Blank;
interface Blank {
  /** Why an empty one stands in. */
  readonly blank: string;
  readonly bad?: undefined;
}

async function decode({ batch, failed, upTo }: RowsToAnswer, decoding: Decoding): Promise<RowsToAnswer> {
  const { fitted, source, inputs } = decoding;
  const [first] = inputs;
  const paths = inputs.map(({ name }) => pathsOf(batch, name));
  const found = await Promise.all(
    Array.from({ length: batch.size }, (_, i) => Promise.all(inputs.map((input, k) => look(input, paths[k]?.[i] ?? "", decoding)))),
  );
  const kept: number[] = [];
  const bad = [...failed];
  const blank: { readonly path: string; readonly reason: string }[] = [];
  found.forEach((pictures, i) => {
    const k = pictures.findIndex((picture) => picture.bad !== undefined);
    if (k < 0) {
      kept.push(i);
      for (const [column, picture] of pictures.entries())
        if (picture.bad === undefined && picture.blank !== undefined) blank.push({ path: paths[column]?.[i] ?? "", reason: picture.blank });
      return;
    }
    const row = batch.rows[i] ?? 0;
    const path = paths[k]?.[i] ?? "";
    const reason = pictures[k]?.bad ?? "";
    bad.push(source.format === "pictures" ? { row, name: path, reason } : { row, name: String(row), reason: `${path} ${reason}` });
  });
  const isBlank = (i: number, k: number) => blankOf(found[i]?.[k]) !== undefined;
  const pictures = inputs.map((input, k): readonly [string, TensorData] => [
    input.name,
    together(
      input,
      kept.map((i) => found[i]?.[k]),
    ),
  ]);
  const presences = inputs.flatMap((input, k) =>
    presencesOf(fitted, input.column).map(({ name }): readonly [string, TensorData] => [
      name,
      { dtype: "float32", dims: [kept.length, 1], data: Float32Array.from(kept, (i) => (isBlank(i, k) ? 0 : 1)) },
    ]),
  );
  const others = Object.entries(batch.inputs).map(([name, t]) => [name, rowsOf(t, kept)] as const);
  return {
    batch: {
      size: kept.length,
      rows: Uint32Array.from(kept, (i) => batch.rows[i] ?? 0),
      ...(source.format === "pictures" && first ? { names: kept.map((i) => paths[0]?.[i] ?? "") } : {}),
      inputs: { ...Object.fromEntries(others), ...Object.fromEntries([...presences, ...pictures]) },
      targets: {},
    },
    failed: bad.sort((a, b) => a.row - b.row),
    upTo,
    blank,
  };
}

async function look(input: FittedPicture, path: string, { source, pool }: Decoding): Promise<Found> {
  const isBlanked = kindOf(input).gaps(input) === "keep";
  if (path === "" && isBlanked) return { blank: "" };
  const result = await pool.pixels(resolve(source.root, path), formatOf(input));
  if (result.bad === undefined) return { data: result.data };
  return isBlanked ? { blank: result.bad } : { bad: result.bad };
}

function blankOf(found: Found | undefined): string | undefined {
  return found?.bad === undefined ? found?.blank : undefined;
}

function formatOf({ size: [height, width], color, background, range }: FittedPicture): PixelFormat {
  return { width, height, color, background, range };
}

function together(input: FittedPicture, pictures: readonly (Found | undefined)[]): TensorData {
  const [height, width] = input.size;
  const channels = input.color === "rgb" ? 3 : 1;
  const each = height * width * channels;
  const data = new Uint8Array(pictures.length * each);
  pictures.forEach((picture, i) => data.set(picture && "data" in picture ? picture.data : emptyPixels(formatOf(input)), i * each));
  return { dtype: "uint8", dims: [pictures.length, height, width, channels], data };
}

function pathsOf(batch: RawBatch, input: string): readonly string[] {
  const paths = defined(batch.inputs[input], input);
  if (paths.dtype !== "string") throw new LatheError("internal", `${input} holds ${paths.dtype}, expected paths`);
  return paths.data;
}
