import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { type DataSpec, dataSchema } from "../../../../src-main/contract/data.js";
import { type PreparedData, type RawBatch, createLoader, inspectTable, prepareData, rowNumbersOf } from "../../../../src-main/datasets/index.js";
import { decodePicture } from "../../../../src-main/datasets/pictures/decode.js";
import { readQuarantine, restoreFromQuarantine } from "../../../../src-main/datasets/pictures/quarantine.js";
import { fromStored, lowerInput, rawType, storedType } from "../../../../src-main/features/index.js";
import { createEmitter } from "../../../../src-main/ops/index.js";
import { resized } from "../../../../src-main/transforms/resample.js";
import { readGolden } from "../../../support/goldens.js";
import { pictureData, writeClasses, writePicture } from "../../../support/pictures.js";
import { compile } from "../../../support/tables.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** 8 × 6 in gray, with 16 bits. */
async function deepPng(samples: Uint16Array): Promise<Buffer> {
  return sharp(samples, { raw: { width: 8, height: 6, channels: 1 } })
    .toColourspace("grey16")
    .png()
    .toBuffer();
}

async function prepareIn(folder: string, data: DataSpec = pictureData("pictures"), seed = 1) {
  const decoded: number[] = [];
  const prepared = await prepareData({
    folder,
    data,
    seed,
    cacheFolder: join(folder, ".lathe", "cache"),
    compile,
    progress: (stage, done) => {
      if (stage === "pictures") decoded.push(done);
    },
  });
  return { prepared, decoded: (decoded.at(-1) ?? 0) - (decoded[0] ?? 0) };
}

/** A project's folder with 3 classes of 20 pictures, old enough for their times to be trusted. */
async function project(classes = ["cats", "dogs", "owls"], count = 20): Promise<string> {
  const folder = temporaryFolder();
  await writeClasses(join(folder, "pictures"), classes, count);
  for (const name of classes) for (let i = 0; i < count; i++) age(join(folder, "pictures", name, `${String(i).padStart(3, "0")}.png`));
  return folder;
}

function age(path: string): void {
  utimesSync(path, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
}

/** Every sample of a part by row number: pixels and class. */
async function samplesOf(prepared: PreparedData, split: "train" | "validation" | "test", options: object = {}, epoch = 1) {
  const loader = createLoader({ prepared, split, batchSize: 7, shuffle: false, seed: 5, ...options });
  try {
    const rows = rowNumbersOf(prepared, split);
    const samples = new Map<number, { readonly pixels: Uint8Array; readonly label: number }>();
    loader.start(epoch, 0);
    for (let step = 0, at = 0; step < loader.stepsPerEpoch; step++) {
      const { size, tensors } = await loader.next();
      const image = tensors["image"]!;
      if (image.dtype !== "uint8") throw new Error("pictures come as bytes");
      const bytes = image.dims.slice(1).reduce((a, b) => a * b, 1);
      for (let i = 0; i < size; i++)
        samples.set(rows[at++]!, { pixels: image.data.slice(i * bytes, (i + 1) * bytes), label: Number(tensors["target.label"]!.data[i]) });
    }
    return samples;
  } finally {
    await loader.dispose();
  }
}

describe("pictures become samples", () => {
  test("resized as transforms resize, with the class of their folder, split by class", async () => {
    const folder = await project();
    const { prepared, decoded } = await prepareIn(folder);
    expect(decoded).toBe(60);
    expect(prepared.counts).toEqual({ train: 42, validation: 9, test: 9 });
    expect(prepared.classCounts["label"]).toEqual([14, 14, 14]);
    expect(prepared.targets[0]?.classes).toEqual(["cats", "dogs", "owls"]);
    const [row, { pixels, label }] = [...(await samplesOf(prepared, "train"))][10]!;
    // Rows count in the order of paths: 20 to a class.
    const path = join(folder, "pictures", ["cats", "dogs", "owls"][label]!, `${String((row - 1) % 20).padStart(3, "0")}.png`);
    expect(Math.floor((row - 1) / 20)).toBe(label);
    expect(pixels).toEqual(resized(await decodePicture(readFileSync(path), { color: "rgb", background: "#ffffff" }), 6, 8).data);
  });

  test("once: other seeds, splits and labels read no file again, another size does, and so does a file that changed", async () => {
    const folder = await project();
    await prepareIn(folder);
    expect((await prepareIn(folder)).decoded).toBe(0);
    expect((await prepareIn(folder, pictureData("pictures"), 2)).decoded).toBe(0);
    const again = await prepareIn(
      folder,
      pictureData("pictures", { source: { exclude: ["cats/000.png"], relabel: { "dogs/001.png": { label: "cats" } } }, split: { validation: 0.3 } }),
    );
    expect(again.decoded).toBe(0);
    expect(again.prepared.counts).toEqual({ train: 32, validation: 18, test: 9 });
    expect(again.prepared.audit.skipped).toEqual([{ reason: "excluded", column: "image", rows: 1 }]);
    expect((await prepareIn(folder, pictureData("pictures", { input: { size: [5, 5] } }))).decoded).toBe(60);
    const before = (await prepareIn(folder)).prepared.fingerprint;
    await writePicture(join(folder, "pictures"), "cats/003.png");
    const changed = await prepareIn(folder);
    expect(changed.decoded).toBe(1);
    expect(changed.prepared.fingerprint).not.toBe(before);
  });

  test("anew where the content is another one, even if its length and its time are the old ones", async () => {
    const folder = await project();
    const { prepared } = await prepareIn(folder);
    const path = join(folder, "pictures", "cats", "003.png");
    const { mtime, size } = statSync(path);
    const other = Buffer.concat([readFileSync(join(folder, "pictures", "dogs", "003.png")), Buffer.alloc(4096)]).subarray(0, size);
    writeFileSync(path, other);
    utimesSync(path, mtime, mtime);
    const changed = await prepareIn(folder);
    expect(changed.decoded).toBe(1);
    expect(changed.prepared.fingerprint).not.toBe(prepared.fingerprint);
  });

  test("augmentation is no part of what is prepared", async () => {
    const folder = await project();
    const { fingerprint } = (await prepareIn(folder)).prepared;
    expect((await prepareIn(folder, pictureData("pictures", { input: { augment: [{ type: "RandomRotation" }] } }))).prepared.fingerprint).toBe(fingerprint);
  });

  test("a copy of the folder elsewhere is the same data", async () => {
    const folder = await project();
    const { fingerprint } = (await prepareIn(folder)).prepared;
    cpSync(join(folder, "pictures"), join(folder, "moved"), { recursive: true });
    expect((await prepareIn(folder, pictureData("moved"))).prepared.fingerprint).toBe(fingerprint);
  });

  test("pixels that a crash lost are made again", async () => {
    const folder = await project();
    const { prepared } = await prepareIn(folder);
    const store = prepared.inputs[0]!.store!;
    const samples = await samplesOf(prepared, "train");
    truncateSync(store.path, store.bytes * 30 + 5);
    const again = await prepareIn(folder);
    expect(again.decoded).toBeGreaterThan(0);
    expect(await samplesOf(again.prepared, "train")).toEqual(samples);
  });

  test("own statistics are those of the training pixels", async () => {
    const folder = await project();
    const { prepared } = await prepareIn(folder, pictureData("pictures", { input: { normalize: "own" } }));
    const all = [...(await samplesOf(prepared, "train")).values()].flatMap(({ pixels }) => [...pixels]);
    const red = all.filter((_, i) => i % 3 === 0);
    const mean = red.reduce((a, b) => a + b, 0) / red.length;
    const deviation = Math.sqrt(red.reduce((sum, x) => sum + (x - mean) ** 2, 0) / red.length);
    const [input] = prepared.fitted.inputs;
    if (input?.type !== "image") throw new Error("expected pictures");
    expect(input.shift[0]).toBeCloseTo(mean / 255, 6);
    expect(input.scale[0]).toBeCloseTo(deviation / 255, 6);
  });

  test("a test folder of its own is the test, wherever its files are called the same", async () => {
    const folder = await project();
    await writeClasses(join(folder, "held-out"), ["cats", "dogs", "owls"], 4);
    const { prepared } = await prepareIn(folder, pictureData("pictures", { source: { test: "held-out" } }));
    expect(prepared.counts).toEqual({ train: 51, validation: 9, test: 12 });
    expect([...rowNumbersOf(prepared, "test")]).toEqual(Array.from({ length: 12 }, (_, i) => 61 + i));
  });

  test("a table may name pictures, beside numbers", async () => {
    const folder = temporaryFolder();
    await writeClasses(join(folder, "data", "files"), ["a", "b"], 10);
    const lines = ["a", "b"].flatMap((c) => Array.from({ length: 10 }, (_, i) => `files/${c}/${String(i).padStart(3, "0")}.png,${i},${c}`));
    writeFileSync(join(folder, "data", "t.csv"), `picture,weight,kind\n${lines.join("\n")}\nfiles/none.png,1,a\n,2,b\nfiles/none.png,3,b\n`);
    const data = dataSchema.parse({
      source: { type: "table", path: "data/t.csv" },
      inputs: [
        { name: "image", type: "image", column: "picture", size: [4, 4] },
        { name: "weight", type: "numeric", columns: ["weight"] },
      ],
      targets: [{ name: "label", type: "category", column: "kind" }],
    });
    const { prepared } = await prepareIn(folder, data);
    expect(prepared.audit.used).toBe(20);
    expect(prepared.audit.skipped).toEqual([
      { reason: "missing value", column: "picture", rows: 1 },
      { reason: "unreadable picture", column: "picture", rows: 2 },
    ]);
    const told = [
      `1 picture of ${join(folder, "data", "t.csv")} cannot be read: files/none.png is not there`,
      '1 row excluded: missing value in column "picture"',
      '2 rows excluded: unreadable picture in column "picture"',
    ];
    expect(prepared.audit.warnings.map(({ message }) => message)).toEqual(told);
    const { warnings } = await inspectTable({ folder, data, seed: 1, workFolder: temporaryFolder() });
    const rows = { kind: "skipped", column: "picture" };
    expect(warnings.filter(({ code }) => code === "data.picture" || code === "data.skipped").map(({ message, rows: of }) => [message, of])).toEqual([
      [told[0], undefined],
      [told[1], rows],
      [told[2], rows],
    ]);
    const { pixels } = [...(await samplesOf(prepared, "train")).values()][0]!;
    expect(pixels).toHaveLength(48);
  });

  test("a table may name pictures by absolute paths", async () => {
    const folder = temporaryFolder();
    await writeClasses(join(folder, "files"), ["a", "b"], 10);
    const lines = ["a", "b"].flatMap((c) => Array.from({ length: 10 }, (_, i) => `${join(folder, "files", c, `${String(i).padStart(3, "0")}.png`)},${c}`));
    mkdirSync(join(folder, "tables"));
    writeFileSync(join(folder, "tables", "t.csv"), `picture,kind\n${lines.join("\n")}\n`);
    const data = dataSchema.parse({
      source: { type: "table", path: "tables/t.csv" },
      inputs: [{ name: "image", type: "image", column: "picture", size: [4, 4] }],
      targets: [{ name: "label", type: "category", column: "kind" }],
    });
    const { prepared } = await prepareIn(folder, data);
    expect(prepared.audit).toMatchObject({ used: 20, skipped: [], warnings: [] });
  });

  test("a folder of the validation is the validation, all of it and nothing else, and can be excluded from and labelled anew", async () => {
    const folder = temporaryFolder();
    await writeClasses(join(folder, "train"), ["a", "b"], 10);
    await writeClasses(join(folder, "valid"), ["a", "b"], 4);
    const source = { validation: "valid", exclude: ["../valid/a/000.png"], relabel: { "../valid/a/001.png": { label: "b" } } };
    const { prepared } = await prepareIn(folder, pictureData("train", { source, split: { test: 0.2 } }));
    expect(prepared.counts).toEqual({ train: 16, validation: 7, test: 4 });
    const rows = [...rowNumbersOf(prepared, "validation")].sort((x, y) => x - y);
    expect(rows).toEqual([22, 23, 24, 25, 26, 27, 28]);
    expect([...(await samplesOf(prepared, "validation"))].map(([row, { label }]) => [row, label])).toContainEqual([22, 1]);
    expect(prepared.audit.skipped).toEqual([{ reason: "excluded", column: "image", rows: 1 }]);
  });

  test("pictures of more than 8 bits are read by the range that they use together, which is told and learnt", async () => {
    const folder = temporaryFolder();
    for (const [k, name] of ["a", "b"].entries())
      for (let i = 0; i < 10; i++) {
        mkdirSync(join(folder, "pictures", name), { recursive: true });
        writeFileSync(join(folder, "pictures", name, `${i}.png`), await deepPng(Uint16Array.from({ length: 48 }, (_, p) => (p === 0 ? 3000 : 1000 * k + i))));
      }
    const { prepared } = await prepareIn(folder, pictureData("pictures", { input: { color: "gray", size: [6, 8] } }));
    expect(prepared.audit.warnings.map(({ message }) => message)).toEqual([
      "20 pictures have more than 8 bits; by what they use together 0 to 4095 (12 bits) is read as black to white",
    ]);
    expect(prepared.fitted.inputs[0]).toMatchObject({ range: { bits: 12 } });
    const [row, { pixels }] = [...(await samplesOf(prepared, "train"))].find(([found]) => found > 10)!;
    expect([pixels[0], pixels[1]]).toEqual([Math.round((3000 / 4095) * 255), Math.round(((1000 + row - 11) / 4095) * 255)]);
    const raw: RawBatch[] = [];
    for await (const batch of prepared.readRaw("train")) raw.push(batch);
    expect([...(raw[0]!.inputs["image"]!.data as Uint8Array)].slice(0, 1)).toEqual([pixels[0]]);
  });
});

describe("bad pictures", () => {
  test("are excluded, put on the project's list, told, and tried again when they change or are taken off the list; no file is touched", async () => {
    const folder = await project();
    const bad = join(folder, "pictures", "cats", "005.png");
    const whole = readFileSync(bad);
    writeFileSync(bad, whole.subarray(0, 60));
    writeFileSync(join(folder, "pictures", "dogs", "note.png"), "not a picture");
    const { prepared } = await prepareIn(folder);
    expect(prepared.audit.skipped).toEqual([{ reason: "unreadable picture", column: "image", rows: 2 }]);
    expect(prepared.audit.used).toBe(59);
    expect(prepared.audit.warnings[0]?.message).toMatch(
      /^2 pictures of .* cannot be read and are excluded; for example, cats\/005\.png is damaged or cut short; /,
    );
    expect((await readQuarantine(folder)).map(({ path, reason }) => [path, reason.slice(0, 22)])).toEqual([
      ["pictures/cats/005.png", "is damaged or cut shor"],
      ["pictures/dogs/note.png", "is no picture by its c"],
    ]);
    expect(readFileSync(bad)).toEqual(whole.subarray(0, 60));
    // The same again from the list, without reading them.
    expect((await prepareIn(folder)).prepared.fingerprint).toBe(prepared.fingerprint);
    await restoreFromQuarantine(folder, ["pictures/dogs/note.png"]);
    expect(await readQuarantine(folder)).toHaveLength(1);
    await prepareIn(folder);
    expect(await readQuarantine(folder)).toHaveLength(2);
    writeFileSync(bad, whole);
    expect((await prepareIn(folder)).prepared.audit.used).toBe(60);
    expect(await readQuarantine(folder)).toHaveLength(1);
    rmSync(join(folder, "pictures", "dogs", "note.png"));
    await prepareIn(folder);
    expect(await readQuarantine(folder)).toEqual([]);
  });

  test.each<readonly [string, (folder: string) => Promise<void> | void, object, string, (path: string) => string]>([
    [
      "one class",
      async (f) => {
        rmSync(join(f, "pictures", "dogs"), { recursive: true });
        await writeClasses(join(f, "pictures"), ["cats"], 20);
      },
      {},
      "data.target",
      (p) => `target column "label" of ${p} holds only "cats", expected at least two classes`,
    ],
    [
      "no readable picture",
      (f) => {
        for (const c of ["cats", "dogs"]) for (let i = 0; i < 3; i++) writeFileSync(join(f, "pictures", c, `00${i}.png`), "x");
      },
      {},
      "data.unreadable",
      (p) =>
        `none of the 6 pictures of ${p} can be read: cats/000.png is no picture by its content, expected JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PPM or PGM`,
    ],
    [
      "everything excluded",
      () => undefined,
      { exclude: ["cats", "dogs"].flatMap((c) => [0, 1, 2].map((i) => `${c}/00${i}.png`)) },
      "data.split",
      (p) => `the train part of ${p} is empty: the rest of 0 rows; use more rows or other shares`,
    ],
  ])("%s is told in a sentence", async (_, change, source, code, message) => {
    const folder = await project(["cats", "dogs"], 3);
    await change(folder);
    await expect(prepareIn(folder, pictureData("pictures", { source }))).rejects.toThrow(
      expect.objectContaining({ code, message: message(join(folder, "pictures")) }),
    );
  });

  test("a picture that cannot be read is told of with every look, not with the first alone", async () => {
    const folder = await project(["cats", "dogs"]);
    writeFileSync(join(folder, "pictures", "cats", "note.png"), "no picture");
    const look = () => inspectTable({ folder, data: pictureData("pictures"), seed: 1, workFolder: temporaryFolder() });
    const first = await look();
    expect(first.pictures?.unreadable).toEqual([{ path: "cats/note.png", reason: expect.stringMatching(/^is no picture by its content/) as string, rows: 1 }]);
    expect(await look()).toEqual(first);
  });

  test("a class with three or more pictures reaches every part, however small the parts are; with a validation folder of its own, the others", async () => {
    const folder = await project(["cats", "dogs"], 6);
    for (const [name, count] of [
      ["newts", 3],
      ["owls", 4],
    ] as const)
      for (let i = 0; i < count; i++) await writePicture(join(folder, "pictures"), `${name}/${i}.png`);
    for (const seed of [1, 2]) {
      const { classes } = await inspectTable({ folder, data: pictureData("pictures"), seed, workFolder: temporaryFolder() });
      expect(classes["label"]).toMatchObject({ newts: { train: 1, validation: 1, test: 1 }, owls: { train: 2, validation: 1, test: 1 } });
    }
    await writeClasses(join(folder, "valid"), ["cats", "dogs", "newts", "owls"], 2);
    const own = pictureData("pictures", { source: { validation: "valid" } });
    const { classes } = await inspectTable({ folder, data: own, seed: 1, workFolder: temporaryFolder() });
    expect(classes["label"]).toMatchObject({ newts: { train: 2, validation: 2, test: 1 }, owls: { train: 3, validation: 2, test: 1 } });
  });

  test("a class with one picture, and an empty one, are warned of", async () => {
    const folder = await project(["cats", "dogs"]);
    await writePicture(join(folder, "pictures"), "owls/only.png");
    mkdirSync(join(folder, "pictures", "newts"));
    const audit = await inspectTable({ folder, data: pictureData("pictures"), seed: 1, workFolder: temporaryFolder() });
    const messages = audit.warnings.map(({ message }) => message);
    expect(messages).toContain(`1 class folder in ${join(folder, "pictures")} has no picture, such as newts`);
    expect(messages).toContain('class "owls" has one picture only: it can be learnt from or judged on, not both');
  });
});

describe("the audit of pictures", () => {
  test("speaks of pictures that are excluded, once of each kind, and leads to them", async () => {
    const folder = await project(["cats", "dogs"]);
    writeFileSync(join(folder, "pictures", "cats", "005.png"), "not a picture");
    const data = pictureData("pictures", { source: { exclude: ["dogs/001.png", "dogs/002.png"] } });
    const { warnings } = await inspectTable({ folder, data, seed: 1, workFolder: temporaryFolder() });
    const rows = { kind: "skipped", column: "image" };
    expect(warnings.filter(({ rows: of }) => of?.kind === "skipped").map(({ message, rows: of }) => [message, of])).toEqual([
      [
        `1 picture of ${join(folder, "pictures")} cannot be read and is excluded: cats/005.png is no picture by its content, expected JPEG, PNG, ` +
          `WebP, GIF, BMP, TIFF, AVIF, PPM or PGM`,
        rows,
      ],
      ["2 pictures excluded as the project says", rows],
    ]);
    expect((await prepareIn(folder, data)).prepared.audit.warnings.map(({ message }) => message).filter((message) => message.includes("excluded"))).toEqual([
      expect.stringMatching(/^1 picture of .* cannot be read and is excluded/),
      "2 pictures excluded as the project says",
    ]);
  });

  test("finds equal and nearly equal pictures, within and across parts, and in two classes", async () => {
    const folder = await project(["cats", "dogs"]);
    const pictures = join(folder, "pictures");
    mkdirSync(join(folder, "held-out", "cats"), { recursive: true });
    mkdirSync(join(folder, "held-out", "dogs"), { recursive: true });
    cpSync(join(pictures, "cats", "001.png"), join(folder, "held-out", "cats", "same.png"));
    cpSync(join(pictures, "cats", "002.png"), join(pictures, "dogs", "torn.png"));
    await sharp(join(pictures, "dogs", "004.png"))
      .jpeg({ quality: 90 })
      .toFile(join(folder, "held-out", "dogs", "like.jpg"));
    const data = pictureData("pictures", { source: { test: "held-out" }, split: { validation: 0 } });
    const { pictures: audit, duplicates, warnings } = await inspectTable({ folder, data, seed: 1, workFolder: temporaryFolder() });
    expect(audit?.equal).toEqual({
      pictures: 2,
      leaked: 1,
      examples: [["cats/001.png", "same.png"].map((p) => (p === "same.png" ? "cats/same.png" : p)), ["cats/002.png", "dogs/torn.png"]],
    });
    expect(duplicates).toEqual({ rows: 2, leaked: 1 });
    expect(audit?.alike).toEqual({
      pairs: 1,
      leaked: 1,
      examples: [
        ["dogs/004.png", "dogs/like.jpg"],
        ["dogs/004.png", "dogs/like.jpg"],
      ],
    });
    expect(warnings.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        "1 picture of validation or test is trained on too: metrics will look better than they are",
        "1 picture is in several classes at once, such as cats/002.png and dogs/torn.png",
        "1 pair of pictures looks nearly the same, such as dogs/004.png and dogs/like.jpg; 1 across training and validation or test",
      ]),
    );
  });

  test.each([
    ["one", "two"],
    ["two", "one"],
  ])("of a table looks at every column of them and every target of classes: %s, %s", async (...columns) => {
    const folder = temporaryFolder();
    await writeClasses(join(folder, "p"), ["a", "b"], 10);
    await writeClasses(join(folder, "p"), ["c", "d"], 4);
    cpSync(join(folder, "p", "a", "004.png"), join(folder, "p", "copy.png"));
    const rows = Array.from({ length: 10 }, (_, i) => `p/a/00${i}.png,p/b/00${i}.png,${i % 2 ? "odd" : "even"},${i < 5 ? "dark" : "light"}`);
    // The first picture is dark and light, the last one odd and even; one file that is not there is named twice.
    rows.push("p/a/000.png,p/b/009.png,even,light", "p/c/000.png,p/none.png,even,dark", "p/c/000.png,p/none.png,odd,", "p/c/001.png,p/c/002.png,even,");
    writeFileSync(join(folder, "t.csv"), `one,two,kind,shade\n${rows.join("\n")}\n`);
    const judged = ["p/b/003.png,p/d/000.png,odd,dark", "p/d/001.png,p/copy.png,even,dark", "p/d/002.png,p/d/003.png,odd,light"];
    writeFileSync(join(folder, "test.csv"), `one,two,kind,shade\n${judged.join("\n")}\n`);
    const data = dataSchema.parse({
      source: { type: "table", path: "t.csv", test: "test.csv" },
      inputs: columns.map((column) => ({ name: column, type: "image", column, size: [4, 4] })),
      targets: columns.map((column) => (column === "one" ? "kind" : "shade")).map((column) => ({ name: column, type: "category", column })),
      split: { validation: 0 },
    });
    const { pictures: audit, splits, warnings } = await inspectTable({ folder, data, seed: 1, workFolder: temporaryFolder() });
    expect(splits).toEqual({ train: 12, validation: 0, test: 3 });
    expect(audit).toMatchObject({
      pictures: 29,
      rows: 17,
      unreadable: [{ path: "p/none.png", reason: "is not there", rows: 2 }],
      equal: { pictures: 1, leaked: 2, examples: [["p/a/004.png", "p/copy.png"]] },
    });
    const found = warnings.flatMap(({ code, message, rows: of }) => (code === "data.picture" && of?.kind === "rows" ? [[message, of.rows] as const] : []));
    expect(found.filter(([message]) => !message.includes("nearly the same")).sort(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      ["1 picture has the same content as an earlier one, such as p/a/004.png and p/copy.png", [16]],
      ["1 picture is in several classes of kind at once, such as p/b/009.png, which is in 2 rows", [10, 11]],
      ["1 picture is in several classes of shade at once, such as p/a/000.png, which is in 2 rows", [1, 11]],
      [
        "2 rows of validation or test have a picture that is trained on too, such as p/b/003.png, which is in 2 rows: metrics will look better than they are",
        [15, 16],
      ],
    ]);
  });

  test("tells sizes, and which are extreme", async () => {
    const folder = await project(["cats", "dogs"]);
    await writePicture(join(folder, "pictures"), "cats/long.png", { width: 120, height: 6 });
    await writePicture(join(folder, "pictures"), "cats/tiny.png", { width: 2, height: 2 });
    const { pictures, warnings } = await inspectTable({
      folder,
      data: pictureData("pictures", { input: { size: [24, 24] } }),
      seed: 1,
      workFolder: temporaryFolder(),
    });
    expect(pictures).toMatchObject({ pictures: 42, width: { min: 2, median: 12, max: 120 }, height: { min: 2, median: 10, max: 10 } });
    expect(warnings.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        "1 picture is far smaller than the 24 × 24 that the network reads, such as cats/tiny.png (2 × 2)",
        "1 picture is more than 5 times as long as wide, which resizing squeezes, such as cats/long.png (120 × 6)",
      ]),
    );
  });
});

describe("what the network reads", () => {
  const golden = readGolden<{
    readonly pictures: Readonly<Record<string, { readonly width: number; readonly height: number; readonly data: string }>>;
    readonly normalized: { readonly of: string; readonly size: readonly [number, number]; readonly values: readonly number[] };
  }>("transforms.json");
  const { width, height, data } = golden.pictures[golden.normalized.of]!;
  const raw = new Uint8Array(Buffer.from(data, "base64"));
  const [h, w] = golden.normalized.size;
  const fitted = {
    name: "image",
    type: "image" as const,
    column: "image",
    size: [h, w] as [number, number],
    color: "rgb" as const,
    background: "#ffffff",
    shift: [0.485, 0.456, 0.406],
    scale: [0.229, 0.224, 0.225],
  };

  test("is what torchvision's Resize, ToTensor and Normalize give, from the exported model's graph", async () => {
    const e = createEmitter();
    const { dtype, shape } = rawType(fitted);
    e.graph.output(lowerInput(e, e.graph.input("image", dtype, shape), fitted), "encoded");
    const session = await compile(e.graph.build("raw"));
    const { encoded } = await session.run({ image: { dtype: "uint8", dims: [1, height, width, 3], data: raw } });
    expect(encoded!.dims).toEqual([1, 3, h, w]);
    golden.normalized.values.forEach((value, i) => expect(Math.abs(Number(encoded!.data[i]) - value)).toBeLessThan(2e-6));
    await session.dispose();
  });

  test("is the same to the bit from the samples on disk", async () => {
    const run = async (lower: (e: ReturnType<typeof createEmitter>) => void, feed: { readonly dims: readonly number[]; readonly data: Uint8Array }) => {
      const e = createEmitter();
      lower(e);
      const session = await compile(e.graph.build("g"));
      const { encoded } = await session.run({ image: { dtype: "uint8", ...feed } });
      await session.dispose();
      return encoded!.data;
    };
    const exported = await run((e) => e.graph.output(lowerInput(e, e.graph.input("image", "uint8", rawType(fitted).shape), fitted), "encoded"), {
      dims: [1, height, width, 3],
      data: raw,
    });
    const stored = resized({ width, height, channels: 3, data: raw }, w, h).data;
    const trained = await run((e) => e.graph.output(fromStored(e, e.graph.input("image", "uint8", storedType(fitted).shape), fitted), "encoded"), {
      dims: [1, h, w, 3],
      data: stored,
    });
    expect(trained).toEqual(exported);
  });

  test.each([
    [1, 1, 9, 9],
    [3, 200, 64, 5],
    [301, 17, 7, 7],
    [640, 480, 64, 64],
    [1000, 3, 2, 3],
  ])("resizing %i × %i to %i × %i in the model gives the pixels of the samples", async (fromH, fromW, toH, toW) => {
    const picture = { width: fromW, height: fromH, channels: 3, data: Uint8Array.from({ length: fromW * fromH * 3 }, (_, i) => (i * 2654435761) >>> 24) };
    const e = createEmitter();
    const plain = { ...fitted, size: [toH, toW] as [number, number], shift: [], scale: [] };
    e.graph.output(lowerInput(e, e.graph.input("image", "uint8", rawType(plain).shape), plain), "encoded");
    const session = await compile(e.graph.build("resize"));
    const { encoded } = await session.run({ image: { dtype: "uint8", dims: [1, fromH, fromW, 3], data: picture.data } });
    await session.dispose();
    const expected = resized(picture, toW, toH).data;
    const got = Array.from(encoded!.data as Float32Array, (v) => Math.round(v * 255));
    expect(got).toEqual(Array.from(expected, (_, i) => expected[(i % (toH * toW)) * 3 + Math.floor(i / (toH * toW))]));
  });
});

describe("augmentation", () => {
  const augment = new Map([["image", [{ type: "RandomHorizontalFlip" }, { type: "RandomRotation", degrees: 20 }, { type: "ColorJitter", brightness: 0.4 }]]]);

  test("is drawn anew in every epoch, the same in the same epoch, whatever the batches, and from any step on", async () => {
    const { prepared } = await prepareIn(await project());
    const [first, again, second] = [
      await samplesOf(prepared, "train", { augment }),
      await samplesOf(prepared, "train", { augment, batchSize: 5 }),
      await samplesOf(prepared, "train", { augment }, 2),
    ];
    expect(again).toEqual(first);
    const changed = [...first].filter(([row, { pixels }]) => !Buffer.from(pixels).equals(Buffer.from(second.get(row)!.pixels)));
    expect(changed.length).toBeGreaterThan(30);
    expect([...first].map(([row, { label }]) => [row, label])).toEqual([...second].map(([row, { label }]) => [row, label]));
    const batches = async (start: number) => {
      const loader = createLoader({ prepared, split: "train", batchSize: 8, shuffle: true, seed: 5, augment });
      loader.start(3, start);
      const rest: Buffer[] = [];
      for (let step = start; step < loader.stepsPerEpoch; step++) rest.push(Buffer.from((await loader.next()).tensors["image"]!.data as Uint8Array));
      await loader.dispose();
      return rest;
    };
    expect(await batches(3)).toEqual((await batches(0)).slice(3));
  });

  test("leaves pictures alone where none is asked for", async () => {
    const { prepared } = await prepareIn(await project());
    expect(await samplesOf(prepared, "validation", {}, 1)).toEqual(await samplesOf(prepared, "validation", {}, 2));
  });

  test("pictures beyond the memory budget are all there, once an epoch", async () => {
    const { prepared } = await prepareIn(await project());
    const whole = await samplesOf(prepared, "train");
    const loader = createLoader({ prepared, split: "train", batchSize: 4, shuffle: true, seed: 5, memoryBudget: 2000 });
    const seen: string[] = [];
    loader.start(1, 0);
    for (let step = 0; step < loader.stepsPerEpoch; step++) {
      const { size, tensors } = await loader.next();
      for (let i = 0; i < size; i++) seen.push(Buffer.from((tensors["image"]!.data as Uint8Array).subarray(i * 144, (i + 1) * 144)).toString("base64"));
    }
    await loader.dispose();
    const expected = [...whole.values()].map(({ pixels }) => Buffer.from(pixels).toString("base64"));
    expect([...seen].sort()).toEqual([...expected].sort());
    expect(seen).not.toEqual(expected);
  });
});

describe("a part read once more for the comparison with the exported model", () => {
  async function readAll(prepared: PreparedData): Promise<readonly RawBatch[]> {
    const batches: RawBatch[] = [];
    for await (const batch of prepared.readRaw("validation")) batches.push(batch);
    return batches;
  }

  test("has the pictures as they are, of one size together, with their places", async () => {
    const folder = await project();
    await writePicture(join(folder, "pictures"), "owls/large.png", { width: 40, height: 30 });
    const { prepared } = await prepareIn(folder, pictureData("pictures", { split: { validation: 0.5 } }));
    const batches = await readAll(prepared);
    expect(batches.flatMap(({ rows }) => [...rows])).toEqual([...rowNumbersOf(prepared, "validation")]);
    expect(batches.flatMap(({ places }) => [...places!])).toEqual(Array.from({ length: prepared.counts.validation }, (_, i) => i));
    for (const { inputs, size } of batches) expect(inputs["image"]!.dims[0]).toBe(size);
  });

  test("excludes what changed meanwhile, and says so where nothing is left", async () => {
    const folder = await project(["cats", "dogs"]);
    const { prepared } = await prepareIn(folder);
    const [first] = await readAll(prepared);
    rmSync(join(folder, "pictures", first!.names![0]!));
    await writePicture(join(folder, "pictures"), first!.names![1]!);
    // New files move the numbers of rows; those of the listing stay.
    await writePicture(join(folder, "pictures"), "ants/new.png");
    const left = (await readAll(prepared)).flatMap(({ names }) => [...names!]);
    expect(left).toEqual(first!.names!.slice(2));
    for (const name of left) rmSync(join(folder, "pictures", name));
    await expect(readAll(prepared)).rejects.toThrow(
      expect.objectContaining({
        code: "data.changed",
        message:
          `none of the 6 validation pictures of ${join(folder, "pictures")} is what it was when the data were prepared, so the model cannot be ` +
          `checked on them; put them back and resume the run`,
      }),
    );
    expect(existsSync(join(folder, "pictures")) && statSync(folder).isDirectory()).toBe(true);
  });
});
