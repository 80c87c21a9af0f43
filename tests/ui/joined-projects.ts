import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeAlphabets } from "./picture-projects.js";
import { trainOnce } from "./trained-once.js";

/** A picture made small: a convolution, a pool, an activation. */
const trunk = (from?: string) => [
  { id: "conv", type: "Conv2d", outChannels: 4, kernelSize: 3, padding: 1, ...(from === undefined ? {} : { from: [from] }) },
  { id: "pool", type: "MaxPool2d", kernelSize: 4 },
  { id: "act", type: "ELU" },
  { id: "flat", type: "Flatten" },
];
const picture = (name: string) => ({ name, type: "image", column: name, size: [16, 16], color: "gray" });
const training = { epochs: 6, batchSize: 16, optimizer: { type: "Adam", lr: 0.003 } };
const split = { validation: 0.2, test: 0.3, by: "random", stratify: true };

async function trained(folder: string, document: object): Promise<string> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "project.json"), JSON.stringify({ version: 1, ...document }, null, 2));
  await trainOnce(folder, [[]]);
  return folder;
}

/** Pictures in alphabet/character folders: a trunk with a head for each level, trained. @returns the project's folder */
export async function trainedAlphabets(root: string, each = 30): Promise<string> {
  const folder = join(root, "letters");
  await writeAlphabets(folder, each);
  return trained(folder, {
    name: "letters",
    data: {
      source: { type: "image-folder", path: "glyphs", levels: ["alphabet", "character"] },
      inputs: [picture("image")],
      targets: ["alphabet", "character"].map((name) => ({ name, type: "category", column: name })),
      split,
    },
    model: {
      layers: [
        ...trunk(),
        { id: "alphabets", type: "Linear", outFeatures: "classes", from: ["flat"] },
        { id: "hidden", type: "Linear", outFeatures: 16, from: ["flat"] },
        { id: "bend", type: "ReLU" },
        { id: "characters", type: "Linear", outFeatures: "classes" },
      ],
      outputs: [
        { target: "alphabet", from: "alphabets" },
        { target: "character", from: "characters" },
      ],
    },
    // Early enough to be wrong sometimes.
    training: { ...training, epochs: 3, losses: { alphabet: { type: "CrossEntropyLoss", weight: 0.5 } } },
  });
}

/** The same pictures with the alphabet told: a picture and a level of its folders give the character. */
export async function trainedKnownAlphabet(root: string, each = 12): Promise<string> {
  const folder = join(root, "known");
  await writeAlphabets(folder, each);
  return trained(folder, {
    name: "known",
    data: {
      source: { type: "image-folder", path: "glyphs", levels: ["alphabet", "character"] },
      inputs: [picture("image"), { name: "alphabet", type: "category", column: "alphabet" }],
      targets: [{ name: "character", type: "category", column: "character" }],
      split,
    },
    model: {
      layers: [...trunk("image"), { id: "both", type: "Concat", from: ["flat", "alphabet"] }, { id: "out", type: "Linear", outFeatures: "classes" }],
      outputs: [{ target: "character", from: "out" }],
    },
    training,
  });
}

/** A table whose rows name a picture and hold a number and a word, with a class, a number and a yes-or-no to predict. @returns the project's folder */
export async function trainedMixed(root: string): Promise<string> {
  const folder = join(root, "mixed");
  const glyphs = await writeAlphabets(folder, 20);
  const files = readdirSync(glyphs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const rows = files.map((photo, i) => {
    const size = 20 + ((i * 37) % 60);
    return [photo, i % 19 === 0 ? "" : size, ["plain", "bold", "italic"][i % 3], photo.split("/")[1], 2 * size + (i % 5), size > 50 ? "yes" : "no"].join(",");
  });
  writeFileSync(join(folder, "table.csv"), `${["photo,size,style,alphabet,price,large", ...rows].join("\n")}\n`);
  return trained(folder, {
    name: "mixed",
    data: {
      source: { type: "table", path: "table.csv" },
      inputs: [
        picture("photo"),
        { name: "size", type: "numeric", columns: ["size"], normalize: "standard", missing: "mean" },
        { name: "style", type: "category", column: "style" },
      ],
      targets: [
        { name: "alphabet", type: "category", column: "alphabet" },
        { name: "price", type: "numeric", columns: ["price"], normalize: "standard" },
        { name: "large", type: "binary", column: "large" },
      ],
      split,
    },
    model: {
      layers: [
        ...trunk("photo"),
        { id: "numbers", type: "Linear", outFeatures: 8, from: ["size"] },
        { id: "joined", type: "Concat", from: ["flat", "numbers", "style"] },
        { id: "hidden", type: "Linear", outFeatures: 16 },
        { id: "bend", type: "ReLU" },
        { id: "alphabets", type: "Linear", outFeatures: "classes", from: ["bend"] },
        { id: "prices", type: "Linear", outFeatures: 1, from: ["bend"] },
        { id: "larges", type: "Linear", outFeatures: 1, from: ["bend"] },
      ],
      outputs: [
        { target: "alphabet", from: "alphabets" },
        { target: "price", from: "prices" },
        { target: "large", from: "larges" },
      ],
    },
    training,
  });
}

/** Two pictures a row, looked at by one shared block: whether they are of one character. @returns the project's folder */
export async function trainedPairs(root: string): Promise<string> {
  const folder = join(root, "pairs");
  const glyphs = await writeAlphabets(folder, 10);
  const files = readdirSync(glyphs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const rows = files.map((first, i) => {
    const second = files[i % 2 === 0 ? (i + 1) % files.length : (i * 7) % files.length] ?? first;
    return [first, second, first.split("/")[2] === second.split("/")[2] ? 1 : 0].join(",");
  });
  writeFileSync(join(folder, "table.csv"), `${["first,second,same", ...rows].join("\n")}\n`);
  return trained(folder, {
    name: "pairs",
    data: {
      source: { type: "table", path: "table.csv" },
      inputs: [picture("first"), picture("second")],
      targets: [{ name: "same", type: "binary", column: "same" }],
      split,
    },
    model: {
      blocks: { branch: { layers: [...trunk(), { id: "fc", type: "Linear", outFeatures: 8 }] } },
      layers: [
        { id: "a", type: "Block", block: "branch", weights: "shared", from: ["first"] },
        { id: "b", type: "Block", block: "branch", weights: "shared", from: ["second"] },
        { id: "product", type: "Mul", from: ["a", "b"] },
        { id: "out", type: "Linear", outFeatures: 1 },
      ],
      outputs: [{ target: "same", from: "out" }],
    },
    training,
  });
}
