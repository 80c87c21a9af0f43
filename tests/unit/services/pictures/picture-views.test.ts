import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { keepRange } from "../../../../src-main/datasets/pictures/range-file.js";
import { createFolderAccess } from "../../../../src-main/services/files/folder-access.js";
import { createPictureViews } from "../../../../src-main/services/pictures/picture-views.js";
import { createReader } from "../../../../src-main/services/processes/reader.js";
import { temporaryFolder } from "../../../support/run-on-disk.js";

// Pictures as the studio shows them: bounded in size, as the network sees them, and changed as training would change them.

const root = temporaryFolder("picture-views");
const allowed = join(root, "allowed");
const project = join(allowed, "pets");
const reader = createReader({ deadline: 60_000 });
const views = createPictureViews(createFolderAccess([allowed]), reader);
afterAll(() => reader.close());

beforeAll(async () => {
  mkdirSync(join(project, "pictures", "cats"), { recursive: true });
  writeFileSync(
    join(project, "project.json"),
    JSON.stringify({
      version: 1,
      name: "pets",
      data: {
        source: { type: "image-folder", path: "pictures" },
        inputs: [{ name: "image", type: "image", column: "image", size: [8, 16], augment: [{ type: "RandomHorizontalFlip" }] }],
        targets: [],
      },
    }),
  );
  // The left half red, the right half blue.
  const half = { width: 200, height: 200, channels: 3 as const };
  const blue = await sharp({ create: { ...half, background: "#0000ff" } })
    .png()
    .toBuffer();
  await sharp({ create: { width: 400, height: 200, channels: 3, background: "#ff0000" } })
    .composite([{ input: blue, left: 200, top: 0 }])
    .png()
    .toFile(join(project, "pictures", "cats", "1.png"));
  writeFileSync(join(project, "pictures", "cats", "bad.png"), "no picture");
  writeFileSync(
    join(project, "pictures", "cats", "drawing.png"),
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200"><rect width="9" height="9"/></svg>',
  );
  await sharp({ create: { ...half, background: "#00ff00" } })
    .png()
    .toFile(join(root, "secret.png"));
  symlinkSync(join(root, "secret.png"), join(project, "pictures", "cats", "link.png"));
});

it("shows no drawing under a picture's name", async () => {
  const expected = "is SVG, which is not read; save it as PNG or JPEG";
  expect((await views.thumbnails({ project, side: 64, pictures: [{ picture: "cats/drawing.png", test: false }] })).thumbnails).toEqual([{ problem: expected }]);
  await expect(views.file({ path: join(project, "pictures", "cats", "drawing.png"), side: 64 })).rejects.toMatchObject({
    code: "data.unreadable",
    message: `${join(project, "pictures", "cats", "drawing.png")} ${expected}`,
  });
});

it("makes thumbnails of bounded size, and says why one cannot be made", async () => {
  const {
    thumbnails: [good, bad, gone],
  } = await views.thumbnails({ project, side: 64, pictures: ["cats/1.png", "cats/bad.png", "cats/gone.png"].map((picture) => ({ picture, test: false })) });
  expect(good).toMatchObject({ width: 400, height: 200 });
  const made = good && "image" in good ? await sharp(good.image).metadata() : undefined;
  expect([made?.format, made?.width, made?.height]).toEqual(["webp", 64, 32]);
  expect(bad).toEqual({ problem: expect.stringContaining("is no picture by its content") as string });
  expect(gone).toEqual({ problem: "is not there any more" });
});

it.each(["cats/link.png", "../../../secret.png"])("shows nothing from elsewhere: %s", async (picture) => {
  expect(await views.thumbnails({ project, side: 64, pictures: [{ picture, test: false }] })).toMatchObject({
    thumbnails: [{ problem: expect.stringContaining("is not in a folder this server may use") as unknown }],
  });
  await expect(views.sample({ project, picture, test: false, side: 64 })).rejects.toMatchObject({ code: "rpc.refused" });
});

it("one picture from elsewhere costs the others of a page nothing", async () => {
  const pictures = ["cats/1.png", "cats/link.png", "cats/1.png"].map((picture) => ({ picture, test: false }));
  expect((await views.thumbnails({ project, side: 64, pictures })).thumbnails.map((one) => "image" in one)).toEqual([true, false, true]);
});

it("shows a sample as the network sees it", async () => {
  const {
    seen: [seen],
    bytes,
    path,
  } = await views.sample({ project, picture: "cats/1.png", test: false, side: 100 });
  expect([seen?.input, seen?.height, seen?.width, seen?.channels]).toEqual(["image", 8, 16, 3]);
  expect([...(seen?.pixels.subarray(0, 3) ?? [])]).toEqual([255, 0, 0]);
  expect([...(seen?.pixels.subarray(45, 48) ?? [])]).toEqual([0, 0, 255]);
  expect(bytes).toBeGreaterThan(100);
  expect(path).toContain("1.png");
  await expect(views.sample({ project, picture: "cats/bad.png", test: false, side: 100 })).rejects.toMatchObject({
    code: "data.unreadable",
    message: expect.stringMatching(/^cats\/bad\.png is no picture/) as string,
  });
});

it("draws a sample's augmentation: some mirrored, some not, and the same draws again", async () => {
  const asked = { project, picture: "cats/1.png", test: false, draws: 12, seed: 3 };
  const { pixels } = await views.augmented(asked);
  const size = 8 * 16 * 3;
  const first = Array.from({ length: 12 }, (_, k) => [...pixels.subarray(k * size, k * size + 3)].join());
  expect(new Set(first)).toEqual(new Set(["255,0,0", "0,0,255"]));
  expect((await views.augmented(asked)).pixels).toEqual(pixels);
  // What is only tried need not be saved.
  const tried = await views.augmented({ ...asked, augment: [] });
  expect(Array.from({ length: 12 }, (_, k) => [...tried.pixels.subarray(k * size, k * size + 3)].join())).toEqual(Array.from({ length: 12 }, () => "255,0,0"));
});

it("stops when nobody waits any more", async () => {
  const abort = new AbortController();
  abort.abort();
  await expect(views.thumbnails({ project, side: 33, pictures: [{ picture: "cats/1.png", test: false }] }, abort.signal)).rejects.toMatchObject({
    code: "cancelled",
  });
});

it("shows a picture that a table names by an absolute path where this host may read it, as training does", async () => {
  const table = join(allowed, "table");
  mkdirSync(table);
  writeFileSync(join(table, "table.csv"), "image,y\n");
  const { data, ...rest } = JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { readonly data: object };
  writeFileSync(join(table, "project.json"), JSON.stringify({ ...rest, data: { ...data, source: { type: "table", path: "table.csv" } } }));
  const picture = join(project, "pictures", "cats", "1.png");
  const [absolute, relative, beyond] = (
    await views.thumbnails({
      project: table,
      side: 64,
      pictures: [picture, "../pets/pictures/cats/1.png", join(root, "secret.png")].map((path) => ({ picture: path, test: false })),
    })
  ).thumbnails;
  expect(absolute).toHaveProperty("image");
  expect(relative).toHaveProperty("image");
  expect(beyond).toHaveProperty("problem");
});

it("shows a picture of more than 8 bits as the network sees it: by the range that the project's pictures use together", async () => {
  const deep = join(allowed, "deep");
  mkdirSync(join(deep, "pictures", "a"), { recursive: true });
  const { data, ...rest } = JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as { readonly data: object };
  writeFileSync(join(deep, "project.json"), JSON.stringify({ ...rest, data: { ...data, source: { type: "image-folder", path: "pictures" } } }));
  await sharp(new Uint16Array(64).fill(1023), { raw: { width: 8, height: 8, channels: 1 } })
    .toColourspace("grey16")
    .png()
    .toFile(join(deep, "pictures", "a", "1.png"));
  const asked = { project: deep, picture: "a/1.png", test: false } as const;
  const seen = async () => {
    const [sample, drawn] = await Promise.all([views.sample({ ...asked, side: 64 }), views.augmented({ ...asked, draws: 1, seed: 0 })]);
    return [sample.seen[0]?.pixels[0], drawn.pixels[0]];
  };
  // Not read yet: 1023 is the white of its own 10 bits.
  expect(await seen()).toEqual([255, 255]);
  const cache = join(deep, ".lathe", "cache");
  mkdirSync(cache, { recursive: true });
  await keepRange(cache, { bits: 12 });
  expect(await seen()).toEqual([64, 64]);
});
