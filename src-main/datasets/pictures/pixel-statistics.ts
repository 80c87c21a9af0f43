import { openOwnFile } from "../../base/own-files.js";
import { LatheError } from "../../base/errors.js";
import { readBytes } from "../../base/read-bytes.js";
import type { ImageInputSpec } from "../../contract/data.js";
import type { Source } from "../sources/source.js";
import type { PreparedPictures } from "./prepare-pictures.js";

/**
 * Mean and population deviation of each channel, as shares of 255, over pictures in a store; sums are of whole numbers and exact.
 * @throws LatheError `data.unreadable` where the store was cut off meanwhile
 */
export async function pixelStatistics(
  { stores, placeOf }: Pick<PreparedPictures, "stores" | "placeOf">,
  source: Source,
  input: ImageInputSpec,
  paths: readonly string[],
): Promise<{ readonly mean: readonly number[]; readonly deviation: readonly number[] }> {
  const channels = input.color === "rgb" ? 3 : 1;
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  const store = stores[input.name];
  if (!store) return { mean: [...sums], deviation: [...sums] };
  const file = await openOwnFile(store.path);
  const picture = new Uint8Array(store.bytes);
  // Pictures are small: reading them in the order they stand in keeps the disk from seeking.
  const places = paths.map((path) => placeOf(input.name, source, path)).sort((a, b) => a - b);
  try {
    for (const place of places) {
      if ((await readBytes(file, picture, place * store.bytes)) < store.bytes)
        throw new LatheError("data.unreadable", `${store.path} became shorter while it was read; prepare the data again`, { path: store.path });
      for (let i = 0; i < picture.length; i++) {
        const [c, x] = [i % channels, picture[i] ?? 0];
        sums[c] = (sums[c] ?? 0) + x;
        squares[c] = (squares[c] ?? 0) + x * x;
      }
    }
  } finally {
    await file.close();
  }
  const n = Math.max(1, (places.length * store.bytes) / channels);
  const mean = Array.from(sums, (sum) => sum / n);
  return { mean: mean.map((m) => m / 255), deviation: mean.map((m, c) => Math.sqrt(Math.max(0, (squares[c] ?? 0) / n - m * m)) / 255) };
}
