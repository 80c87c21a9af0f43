import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { pictureExtensions } from "../../../../src-main/contract/extensions.js";
import { listPictures } from "../../../../src-main/datasets/pictures/list-pictures.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Files by their names alone: listing looks at nothing else. */
function folderOf(...paths: readonly string[]): string {
  const folder = temporaryFolder();
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(join(folder, path), "x");
    else mkdirSync(join(folder, path), { recursive: true });
  }
  return folder;
}

describe("a folder of pictures", () => {
  test("gives a row a picture, in the order of paths, with the names of the folders", async () => {
    const { pictures, warnings, empty } = await listPictures(folderOf("cats/b.png", "cats/a.JPG", "dogs/x.webp", "dogs/y.tif"), 1);
    expect(pictures).toEqual([
      { path: "cats/a.JPG", labels: ["cats"] },
      { path: "cats/b.png", labels: ["cats"] },
      { path: "dogs/x.webp", labels: ["dogs"] },
      { path: "dogs/y.tif", labels: ["dogs"] },
    ]);
    expect([warnings, empty]).toEqual([[], []]);
  });

  test("takes every ending that can be chosen and sent, .jfif and .dib of old cameras and programs too", async () => {
    const paths = [...pictureExtensions].sort().map((extension) => `cats/a.${extension}`);
    expect((await listPictures(folderOf(...paths), 1)).pictures.map(({ path }) => path)).toEqual(paths);
    expect(pictureExtensions).toEqual(expect.arrayContaining(["jfif", "dib"]));
  });

  test("may have several levels, and deeper folders belong to the last of them", async () => {
    const folder = folderOf("Greek/alpha/1.png", "Greek/beta/1.png", "Latin/a/old/2.png");
    expect((await listPictures(folder, 2)).pictures.map(({ labels }) => labels)).toEqual([
      ["Greek", "alpha"],
      ["Greek", "beta"],
      ["Latin", "a"],
    ]);
    expect((await listPictures(folder, 1)).pictures.map(({ labels }) => labels)).toEqual([["Greek"], ["Greek"], ["Latin"]]);
    expect((await listPictures(folder, 0)).pictures).toHaveLength(3);
  });

  test("may have names in any script, with blanks, quotes and line ends", async () => {
    const names = ["猫/写真 1.png", "собака/щенок.jpg", "قط/صورة.png", ' odd /it\'s "so".png', "a\nb/c\td.png"];
    expect((await listPictures(folderOf(...names), 1)).pictures.map(({ path }) => path).sort()).toEqual([...names].sort());
  });

  test("is told of what is excluded: empty classes, pictures outside of any, other files; systems' own are nothing to speak of", async () => {
    const folder = folderOf("cats/a.png", "dogs/a.png", "birds/", "stray.png", "cats/notes.txt", "cats/Thumbs.db", ".hidden/a.png", "dogs/.DS_Store");
    const { warnings, empty, pictures } = await listPictures(folder, 1);
    expect(pictures).toHaveLength(2);
    expect(empty).toEqual(["birds"]);
    expect(warnings).toEqual([
      `1 class folder in ${folder} has no picture, such as birds`,
      `1 picture in ${folder} lies outside of any class and is excluded, such as stray.png`,
      `1 file in ${folder} is no picture by its name and is excluded, such as cats/notes.txt`,
    ]);
  });

  test("may have links: they are followed, but not in a circle", async () => {
    const folder = folderOf("cats/a.png", "elsewhere/b.png");
    symlinkSync(folder, join(folder, "cats", "again"));
    symlinkSync(join(folder, "elsewhere"), join(folder, "dogs"));
    symlinkSync(join(folder, "itself.png"), join(folder, "cats", "itself.png"));
    symlinkSync(join(folder, "nowhere"), join(folder, "cats", "nowhere"));
    const { pictures, warnings } = await listPictures(folder, 1);
    // A picture that is a broken link is listed: reading it says why it cannot be used.
    expect(pictures.map(({ path }) => path)).toEqual(["cats/a.png", "cats/itself.png", "dogs/b.png", "elsewhere/b.png"]);
    expect(warnings).toEqual([`2 links in ${folder} lead in a circle or nowhere and are excluded, such as cats/again`]);
  });

  test.skipIf(process.getuid?.() === 0)(
    `may hold folders that are closed to us${process.getuid?.() === 0 ? " (not tried: root may open every folder)" : ""}`,
    async () => {
      const folder = folderOf("cats/a.png", "dogs/a.png");
      chmodSync(join(folder, "dogs"), 0);
      const { pictures, warnings } = await listPictures(folder, 1);
      chmodSync(join(folder, "dogs"), 0o700);
      expect(pictures).toHaveLength(1);
      expect(warnings).toEqual([`1 folder in ${folder} may not be opened (permission denied), so its pictures are excluded, such as dogs`]);
    },
  );
});

test.each<readonly [string, () => string, string, (folder: string) => string]>([
  ["that is not there", () => join(folderOf("pictures/cats/a.png"), "picture"), "data.missing", (f) => `there is no folder ${f}; did you mean pictures?`],
  [
    "under a folder that is not there",
    () => join(temporaryFolder(), "a", "b"),
    "data.missing",
    (f) => `there is no folder ${f}: there is no folder ${dirname(f)}`,
  ],
  ["that is a file", () => join(folderOf("a.png"), "a.png"), "data.missing", (f) => `${f} is a file, expected a folder of pictures`],
  ["that is empty", () => temporaryFolder(), "data.empty", (f) => `${f} holds no picture: expected JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PPM or PGM`],
  [
    "of other files",
    () => folderOf("cats/a.txt", "cats/b.txt"),
    "data.empty",
    (f) => `${f} holds no picture but 2 other files, such as cats/a.txt: expected JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PPM or PGM`,
  ],
  [
    "of pictures without classes",
    () => folderOf("a.png", "b.png"),
    "data.empty",
    (f) =>
      `${f} has 2 pictures that lie outside of any class: expected a folder for each class, with its pictures in it; pictures without classes can be predicted`,
  ],
])("a folder %s is refused", async (_, make, code, message) => {
  const folder = make();
  await expect(listPictures(folder, 1)).rejects.toThrow(expect.objectContaining({ code, message: message(folder) }));
});

test("what systems and network drives leave behind is no class, and classes are called in NFC whoever wrote them", async () => {
  const folder = folderOf("@eaDir/a.png", "__MACOSX/cats/a.png", ".ipynb_checkpoints/a.png", "\u00c4pfel/a.png", "Bro\u0308tchen/a.png");
  const { pictures, warnings } = await listPictures(folder, 1);
  expect(pictures.map(({ labels }) => labels[0])).toEqual(["Br\u00f6tchen", "\u00c4pfel"]);
  expect(warnings).toEqual([]);
});
