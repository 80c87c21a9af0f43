import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type DataSpec, dataSchema } from "../../../../src-main/contract/data.js";
import { inspectTable, lookAtPicture, prepareData, proposePictures, readTable } from "../../../../src-main/datasets/index.js";
import { noise, writeClasses } from "../../../support/pictures.js";
import { compile } from "../../../support/tables.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const [typefaces, copies] = [["sans-bold", "sans-light", "serif", "mono", "hand"], 4];

/** Two classes in five typefaces, four copies of each. */
async function glyphs(): Promise<string> {
  const folder = temporaryFolder();
  for (const [k, letter] of ["a", "b"].entries()) {
    mkdirSync(join(folder, "pictures", letter), { recursive: true });
    for (const typeface of typefaces)
      for (let copy = 0; copy < copies; copy++) {
        const pixels = noise(`${letter} ${typeface} ${copy}`, 8, 6, 1).map((v) => Math.floor(v / 2) + 120 * k);
        await sharp(pixels, { raw: { width: 8, height: 6, channels: 1 } })
          .png()
          .toFile(join(folder, "pictures", letter, `${typeface}-${copy}.png`));
      }
  }
  return folder;
}

const dataOf = (more: object = {}, source: object = {}): DataSpec =>
  dataSchema.parse({
    source: { type: "image-folder", path: "pictures", names: "{typeface}-{copy}", ...source },
    inputs: [{ name: "image", type: "image", column: "image", size: [6, 8], color: "gray" }],
    targets: [{ name: "label", type: "category", column: "label" }],
    ...more,
  });

async function prepared(folder: string, data: DataSpec) {
  return prepareData({ folder, data, seed: 3, cacheFolder: join(folder, ".lathe", "cache"), compile });
}

async function inspected(folder: string, data: DataSpec) {
  return inspectTable({ folder, data, seed: 3, workFolder: join(folder, ".lathe", "cache") });
}

describe("parts of the files' names", () => {
  it("are columns, whose groups stay together in one part, and how many there are in each is told", async () => {
    const folder = await glyphs();
    const data = dataOf({ split: { by: "group", column: "typeface", validation: 0.2, test: 0.2 } });
    const audit = await inspected(folder, data);
    expect(audit.columns.map(({ name, distinct, missing }) => [name, distinct, missing])).toEqual([
      ["image", 40, 0],
      ["label", 2, 0],
      ["typeface", 5, 0],
      ["copy", 4, 0],
    ]);
    expect(audit.splits).toEqual({ train: 24, validation: 8, test: 8 });
    const told = 'the groups of "typeface" stay together: 3 in train, 1 in validation, 1 in test';
    expect(audit.warnings).toContainEqual({ code: "data.groups", message: told, severity: "note" });
    expect((await prepared(folder, data)).audit.warnings.map(({ message }) => message)).toContain(told);
  });

  it("are told of a test folder of its own too, and which of its groups training has seen", async () => {
    const folder = await glyphs();
    for (const label of ["a", "b"]) {
      mkdirSync(join(folder, "test", label), { recursive: true });
      for (const [from, to] of [
        ["serif-0.png", "script-0.png"],
        ["serif-1.png", "sans-bold-9.png"],
      ] as const)
        cpSync(join(folder, "pictures", label, from), join(folder, "test", label, to));
    }
    const split = { by: "group", column: "typeface", validation: 0.2 };
    const messages = async () => (await inspected(folder, dataOf({ split }, { test: "test" }))).warnings.map(({ message }) => message);
    const told = 'the groups of "typeface" stay together: 4 in train, 1 in validation, 2 in test';
    expect(await messages()).toContain(
      `${told}; 1 of them, such as "sans-bold", is in more than one part, because a part has a table or folder of its own: ` +
        "figures there are not of groups that training never saw",
    );
    for (const label of ["a", "b"]) rmSync(join(folder, "test", label, "sans-bold-9.png"));
    expect(await messages()).toContain(told.replace("2 in test", "1 in test"));
  });

  it("may be predicted, read beside the picture, and corrected picture by picture", async () => {
    const folder = await glyphs();
    const data = dataOf(
      {
        inputs: [...dataOf().inputs, { name: "letter", type: "category", column: "label" }],
        targets: [{ name: "typeface", type: "category", column: "typeface" }],
      },
      { relabel: { "a/sans-bold-0.png": { typeface: "slab" }, "a/sans-bold-1.png": { typeface: "slab" }, "b/sans-bold-1.png": { typeface: "slab" } } },
    );
    const { fitted, counts } = await prepared(folder, data);
    expect(counts.train + counts.validation + counts.test).toBe(40);
    expect(fitted).toMatchObject({
      levels: ["label"],
      names: "{typeface}-{copy}",
      targets: [{ classes: ["hand", "mono", "sans-bold", "sans-light", "serif", "slab"] }],
    });
    // Another folder is judged by what its files are called.
    const other = temporaryFolder();
    cpSync(join(folder, "pictures"), other, { recursive: true });
    rmSync(join(other, "b"), { recursive: true });
    const reader = await readTable({ fitted, folder: ".", path: other, workFolder: temporaryFolder(), targets: "required" });
    const answers: number[] = [];
    for await (const { targets } of reader) answers.push(...Array.from(targets["typeface"]?.data ?? [], Number));
    expect([0, 1, 2, 3, 4, 5].map((k) => answers.filter((answer) => answer === k).length)).toEqual([4, 4, 4, 4, 4, 0]);
  });

  it("are missing where a file is called otherwise, which is told with an example, and form a group of their own", async () => {
    const folder = await glyphs();
    await writeClasses(join(folder, "pictures"), ["a", "b"], 3, { width: 8, height: 6, channels: 1 });
    const data = dataOf({ split: { by: "group", column: "typeface", validation: 0.2, test: 0.2 } });
    const { columns, warnings } = await inspected(folder, data);
    expect(columns.find(({ name }) => name === "typeface")).toMatchObject({ missing: 6, distinct: 5 });
    const messages = warnings.map(({ message }) => message);
    expect(messages).toContain('6 of 46 pictures are not called {typeface}-{copy}, such as a/000.png; their "typeface" and "copy" are missing');
    expect(messages).toContainEqual(
      expect.stringMatching(/^the groups of "typeface" stay together: .*; 6 rows have no "typeface" and are a group of their own, in \w+$/),
    );
  });

  it("are part of what the data are known by, and nothing is without a pattern", async () => {
    const folder = await glyphs();
    const { names: _names, ...source } = dataOf().source as Extract<DataSpec["source"], { type: "image-folder" }>;
    const [plain, named, otherwise] = [
      await prepared(folder, { ...dataOf(), source }),
      await prepared(folder, dataOf()),
      await prepared(folder, dataOf({}, { names: "{face}-{copy}" })),
    ];
    expect(new Set([plain.fingerprint, named.fingerprint, otherwise.fingerprint]).size).toBe(3);
    expect(plain.fitted).not.toHaveProperty("names");
  });

  it("are proposed as columns with what they hold, and refused where they cannot be read", async () => {
    const folder = await glyphs();
    const propose = (more: object) => proposePictures({ path: join(folder, "pictures"), inputs: [], names: "{typeface}-{copy}", look: lookAtPicture, ...more });
    const found = await propose({ targets: ["typeface"], inputs: ["label", "copy"], levels: ["label"] });
    expect(found.source).toMatchObject({ levels: ["label"], names: "{typeface}-{copy}" });
    expect(found.inputs.map(({ name }) => name)).toEqual(["image", "label", "copy"]);
    expect(found.targets).toEqual([{ name: "typeface", type: "category", column: "typeface" }]);
    expect(found.columns).toEqual([
      { name: "label", distinct: 2, missing: 0, examples: ["a", "b"] },
      { name: "typeface", distinct: 5, missing: 0, examples: ["hand", "mono", "sans-bold", "sans-light", "serif"] },
      { name: "copy", distinct: 4, missing: 0, examples: ["0", "1", "2", "3"] },
    ]);
    await expect(propose({ names: "{a}{b}" })).rejects.toThrow('names: got nothing between "a" and "b"');
    await expect(propose({ names: "{label}-{copy}" })).rejects.toThrow('names: got the column "label", which is there already');
    await expect(propose({ names: "{day}_{n}", targets: ["day"] })).rejects.toThrow('"day" of');
    await expect(propose({ inputs: ["weight"], targets: ["label"], levels: ["label"] })).rejects.toThrow("the input: ");
  });
});
