import { cpSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { blobProject, makePictures } from "../support/picture-project.js";
import { trainOnce } from "./trained-once.js";

const sample = join(import.meta.dirname, "../../resources/samples/clipart");

/** Some of the drawings: three classes, so many each. */
export function writeClipart(folder: string, each: number): string {
  const root = join(folder, "clipart");
  for (const name of ["birds", "flowers", "music"]) {
    mkdirSync(join(root, name), { recursive: true });
    for (const file of readdirSync(join(sample, "train", name))
      .sort()
      .slice(0, each))
      cpSync(join(sample, "train", name, file), join(root, name, file));
  }
  return root;
}

/** A project of 600 pictures with a finished run. @returns its folder */
export async function trainedBlobs(folder: string): Promise<string> {
  const project = join(folder, "blobs");
  makePictures(join(project, "pictures"), 150);
  // More of them in a wrong folder than are shown at once.
  for (const [colour, other] of [
    ["red", "blue"],
    ["green", "none"],
  ] as const) {
    for (let i = 9; i < 150; i += 12)
      renameSync(join(project, "pictures", colour, `${colour}-${i}.bmp`), join(project, "pictures", other, `${colour}-${i}.bmp`));
  }
  writeFileSync(
    join(project, "project.json"),
    JSON.stringify(blobProject("label", 80, { epochs: 8, batchSize: 16, optimizer: { type: "Adam", lr: 0.005 } }), null, 2),
  );
  await trainOnce(project, [[]]);
  return project;
}

/** So many tiny pictures in each class, no two alike. @returns the folder of class folders */
export async function writeTinyPictures(folder: string, classes: readonly string[], each: number): Promise<string> {
  const root = join(folder, "tiny");
  for (const [k, name] of classes.entries()) {
    mkdirSync(join(root, name), { recursive: true });
    for (let from = 0; from < each; from += 50) {
      await Promise.all(
        Array.from({ length: Math.min(50, each - from) }, async (_, j) => {
          const i = from + j;
          const pixels = Uint8Array.from({ length: 8 * 8 }, (_p, p) => (p * (3 + k) + i * 7 + ((i >> (p % 12)) & 1) * 90) % 256);
          writeFileSync(
            join(root, name, `${name}-${String(i).padStart(4, "0")}.png`),
            await sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } })
              .png({ compressionLevel: 1 })
              .toBuffer(),
          );
        }),
      );
    }
  }
  return root;
}

/** Characters in alphabets: two levels of folders. @returns the outer folder */
export async function writeAlphabets(folder: string, each: number): Promise<string> {
  const root = join(folder, "glyphs");
  const alphabets = { Greek: ["alpha", "beta"], Runes: ["fehu", "uruz", "ansuz"] } as const;
  for (const [k, [alphabet, characters]] of Object.entries(alphabets).entries()) {
    for (const [c, character] of characters.entries()) {
      mkdirSync(join(root, alphabet, character), { recursive: true });
      for (let i = 0; i < each; i++) {
        const pixels = Uint8Array.from({ length: 16 * 16 }, (_, p) => ((p >> (c + 1)) % 2 === k ? 235 : 20) - ((p * 31 + i * 17) % 20));
        writeFileSync(
          join(root, alphabet, character, `${character}${i}.png`),
          await sharp(pixels, { raw: { width: 16, height: 16, channels: 1 } })
            .png()
            .toBuffer(),
        );
      }
    }
  }
  return root;
}
