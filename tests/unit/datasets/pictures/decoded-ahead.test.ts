import { expect, it } from "vitest";
import { decodedAhead, picturesAtOnce } from "../../../../src-main/datasets/pictures/decoded-ahead.js";
import type { PicturePool } from "../../../../src-main/datasets/pictures/picture-pool.js";
import type { Source } from "../../../../src-main/datasets/sources/source.js";
import type { RowsToAnswer } from "../../../../src-main/datasets/table-reader.js";
import type { FittedData } from "../../../../src-main/features/fitted.js";

const fittedOf = (height: number, width: number) =>
  ({
    inputs: [{ name: "image", type: "image", column: "image", size: [height, width], color: "rgb", background: "#ffffff", shift: [], scale: [] }],
    targets: [],
  }) as unknown as FittedData;
const source = { format: "pictures", root: "/nowhere" } as unknown as Source;

it("reads no more than two batches ahead of who asks for them, however many there are", async () => {
  let gathered = 0;
  async function* rows(): AsyncGenerator<RowsToAnswer, void, void> {
    for (; gathered < 1_000_000;) {
      gathered++;
      await Promise.resolve();
      yield {
        batch: { size: 1, rows: Uint32Array.of(gathered), inputs: { image: { dtype: "string", dims: [1, 1], data: [`${gathered}.png`] } }, targets: {} },
        failed: [],
        upTo: gathered,
        blank: [],
      };
    }
  }
  /** Every third picture is a bad one; none is decoded. */
  const pool = {
    pixels: (path: string) =>
      Promise.resolve(Number.parseInt(path.slice(9)) % 3 === 0 ? { id: 0, bad: "is bad" } : { id: 0, data: new Uint8Array(12).fill(7) }),
  } as unknown as PicturePool;
  let taken = 0;
  for await (const { batch, failed, upTo } of decodedAhead(rows(), { fitted: fittedOf(2, 2), source, pool })) {
    taken++;
    expect(upTo).toBe(taken);
    expect(gathered).toBeLessThanOrEqual(taken + 2);
    if (taken % 3 === 0) expect([batch.size, failed]).toEqual([0, [{ row: taken, name: `${taken}.png`, reason: "is bad" }]]);
    else expect([batch.names, batch.inputs["image"]]).toMatchObject([[`${taken}.png`], { dims: [1, 2, 2, 3] }]);
    if (taken === 500) break;
  }
  expect(gathered).toBe(502);
});

it("takes fewer pictures at once, the larger they are", () => {
  expect([64, 224, 1024, 4096].map((side) => picturesAtOnce(fittedOf(side, side)))).toEqual([32, 32, 21, 1]);
});
