import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labelErrors, type LabelErrors } from "../../src-main/contract/evaluation-views.js";
import { correctedPictures } from "../../src-main/contract/picture-corrections.js";
import { featureMapsAnswer, filtersAnswer, saliencyAnswer } from "../../src-main/contract/picture-insight.js";
import { decodeModel } from "../../src-main/onnx/protobuf.js";
import { inferTypes } from "../../src-main/ops/index.js";
import { type MadePicture, SIZE, inBlob, pictureProject } from "../support/picture-project.js";

// From a folder of pictures to where the network looks, what it makes of them, and which of them lie in the wrong folder.

type Setup = Awaited<ReturnType<typeof pictureProject>>;
let setup: Setup;
beforeAll(async () => (setup = await pictureProject()));
afterAll(() => setup.close());

interface Judged {
  readonly row: number;
  readonly made: MadePicture;
  readonly predicted: string;
  readonly confidence: number;
}

/** Test rows with what is to be seen in their pictures. */
async function judged(): Promise<readonly Judged[]> {
  const { rows, columns, note } = await setup.procedures.evaluation.rows(
    { ...setup.run, split: "test", target: "colour", show: "all", order: "sure", offset: 0, limit: 500 },
    setup.context,
  );
  expect(note).toBeUndefined();
  const image = columns.indexOf("image");
  return rows.map(({ row, cells, predicted, confidence }) => ({
    row,
    predicted,
    confidence: confidence!,
    made: setup.pictures.find(({ path }) => path === cells[image])!,
  }));
}

describe("a run on pictures", () => {
  it("learns to tell them apart, wrong folders aside", async () => {
    const rows = await judged();
    expect(rows.length).toBe(setup.reportOf("0001").test!.rows);
    expect(rows.filter(({ made, predicted }) => made.colour === predicted).length / rows.length).toBeGreaterThan(0.9);
    expect(rows.map(({ confidence }) => confidence)).toEqual(rows.map(({ confidence }) => confidence).toSorted((a, b) => b - a));
  });

  it("shows where a picture speaks for its class: at the blob", async () => {
    const right = (await judged()).filter(({ made, predicted }) => made.colour === predicted);
    const rows = ["red", "green", "blue"].flatMap((colour) => right.filter(({ made }) => made.colour === colour).slice(0, 6));
    expect(rows.length).toBe(18);
    for (const { row, made } of rows) {
      const seen = saliencyAnswer.parse(await setup.procedures.pictures.saliency({ ...setup.run, row, target: "colour" }, setup.context));
      expect(seen).toMatchObject({ class: made.colour, layer: "conv2", height: SIZE, width: SIZE, cells: [SIZE / 2, SIZE / 2] });
      expect(seen.probability).toBeGreaterThan(0.5);
      let [inside, outside] = [0, 0];
      seen.map.forEach((value, i) => (inBlob(made, Math.floor(i / SIZE), i % SIZE) ? (inside += value / 64) : (outside += value / (SIZE * SIZE - 64))));
      expect(inside, `${made.path}: ${inside} inside, ${outside} outside`).toBeGreaterThan(3 * outside);
    }
  });

  it("answers for any picture by its path as for the row it is", async () => {
    const [{ row, made }] = (await judged()) as [Judged];
    const byRow = await setup.procedures.pictures.saliency({ ...setup.run, row, target: "colour", class: "red", layer: "act1" }, setup.context);
    const byPath = await setup.procedures.pictures.saliency(
      { ...setup.run, path: join(setup.project, "pictures", made.path), target: "colour", class: "red", layer: "act1" },
      setup.context,
    );
    expect(byPath).toEqual(byRow);
    expect([byRow.class, byRow.layer, byRow.cells]).toEqual(["red", "act1", [SIZE, SIZE]]);
  });

  it("shows the picture as the network sees it, and what each layer makes of it", async () => {
    const [{ row, made }] = (await judged()) as [Judged];
    const { layers } = await setup.procedures.pictures.layers(setup.run, setup.context);
    // A batch norm of the file is one with the convolution before it, which keeps its name.
    expect(layers.map(({ id, folded, maps, height, width }) => [[id, ...folded].join(" + "), maps, height, width])).toEqual([
      ["image", 3, 24, 24],
      ["conv1 + norm1", 8, 24, 24],
      ["act1", 8, 24, 24],
      ["pool1", 8, 12, 12],
      ["conv2 + norm2", 12, 12, 12],
      ["act2", 12, 12, 12],
      ["pool2", 12, 6, 6],
      ["gap", 12, 1, 1],
    ]);
    // Either name asks for it.
    const mapsOf = (layer: string) => setup.procedures.pictures.featureMaps({ ...setup.run, row, layer, from: 0, limit: 3 }, setup.context);
    expect(await mapsOf("norm2")).toEqual(await mapsOf("conv2"));
    expect((await mapsOf("norm2")).layer).toBe("conv2");
    const image = featureMapsAnswer.parse(await setup.procedures.pictures.featureMaps({ ...setup.run, row, layer: "image", from: 0, limit: 3 }, setup.context));
    // The file's own bytes: its size is the network's.
    const file = readFileSync(join(setup.project, "pictures", made.path)).subarray(54);
    const own = (k: number, y: number, x: number) => file[(SIZE - 1 - y) * SIZE * 3 + 3 * x + 2 - k]!;
    const seen = image.ranges.flatMap(({ min, max }, k) =>
      Array.from({ length: SIZE * SIZE }, (_, i) => 255 * (min + ((max - min) * image.pixels[k * SIZE * SIZE + i]!) / 255)),
    );
    seen.forEach((value, i) => expect(Math.abs(value - own(Math.floor(i / SIZE ** 2), Math.floor((i % SIZE ** 2) / SIZE), i % SIZE))).toBeLessThan(1));
    const maps = await setup.procedures.pictures.featureMaps({ ...setup.run, row, from: 2, limit: 3 }, setup.context);
    expect([maps.layer, maps.from, maps.ranges.length, maps.pixels.length]).toEqual(["conv1", 2, 3, 3 * SIZE * SIZE]);
  });

  it("gives the first filters as the file has them", async () => {
    const found = filtersAnswer.parse(await setup.procedures.pictures.filters(setup.run, setup.context));
    const { graph } = decodeModel(readFileSync(join(setup.project, "runs", "0001", "model.onnx")), inferTypes);
    const stored = graph.initializers.get("conv1.weight.folded")!;
    expect([found.layer, found.filters, found.channels, found.height, found.width]).toEqual(["conv1", ...stored.dims]);
    expect([...new Float32Array(found.weights.buffer)]).toEqual([...(stored.data as Float32Array)]);
  });

  it("says what is wrong with a question", async () => {
    const { saliency } = setup.procedures.pictures;
    const ask = (more: object) => saliency({ ...setup.run, target: "colour", ...more }, setup.context);
    await expect(ask({})).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(/name a row of the run's data, or the path of a picture/) });
    await expect(ask({ row: 100_000 })).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(/no row 100000/) });
    await expect(ask({ row: 1, class: "pink" })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/no class "pink"; it has blue, green, none, red/),
    });
    await expect(ask({ path: "/etc/passwd" })).rejects.toMatchObject({ code: "rpc.refused" });
    const broken = join(setup.root, "broken.png");
    writeFileSync(broken, "this is no picture");
    await expect(ask({ path: broken })).rejects.toMatchObject({ code: "data.value" });
    await expect(saliency({ ...setup.run, target: "colour", row: 1 }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("pictures in a wrong folder", () => {
  const ask = async (): Promise<LabelErrors> =>
    labelErrors.parse(await setup.procedures.evaluation.labelErrors({ ...setup.run, target: "colour", offset: 0, limit: 500 }, setup.context));

  it("are found among those that were not learnt from, with the folder they belong in", async () => {
    const { rows, columns, judged: count, total } = await ask();
    const { test, validation } = setup.reportOf("0001");
    expect(count).toBe(test!.rows + validation!.rows);
    expect(rows.length).toBe(total);
    const found = rows.map(({ cells, ...suspect }) => ({ ...suspect, made: setup.pictures.find(({ path }) => path === cells[columns.indexOf("image")])! }));
    const right = found.filter(({ made }) => made.label !== made.colour);
    expect(right.length).toBeGreaterThan(3);
    expect(right.length / found.length).toBeGreaterThan(0.7);
    for (const { made, given, proposed } of right) expect([given, proposed]).toEqual([made.label, made.colour]);
  });

  it("are excluded, or labelled anew, by the project alone; the next run heeds it, and it can be taken back", async () => {
    const { rows, columns } = await ask();
    const paths = rows.slice(0, 3).map(({ cells }) => cells[columns.indexOf("image")]!);
    const before = readFileSync(join(setup.project, "project.json"), "utf8");
    const files = paths.map((path) => statSync(join(setup.project, "pictures", path)).mtimeMs);
    const [first, second, third] = paths as [string, string, string];
    const { undo } = correctedPictures.parse(
      await setup.procedures.pictures.correct(
        {
          project: setup.project,
          corrections: [
            { picture: first, test: false, excluded: true },
            { picture: second, test: false, excluded: true },
            { picture: third, test: false, labels: { label: rows[2]!.proposed } },
          ],
        },
        setup.context,
      ),
    );
    await setup.train("--epochs", "1");
    const rowsOf = (run: string) => Object.values(setup.reportOf(run).data.rows).reduce((a, b) => a + b, 0);
    expect(rowsOf("0002")).toBe(rowsOf("0001") - 2);
    expect(paths.map((path) => statSync(join(setup.project, "pictures", path)).mtimeMs)).toEqual(files);
    await setup.procedures.pictures.correct({ project: setup.project, corrections: undo }, setup.context);
    expect(JSON.parse(readFileSync(join(setup.project, "project.json"), "utf8"))).toEqual(JSON.parse(before));
  });
});
