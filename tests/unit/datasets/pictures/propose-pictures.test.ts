import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../../../src-main/base/entries.js";
import { parseProject } from "../../../../src-main/contract/project.js";
import { lookAtPicture, proposePictures } from "../../../../src-main/datasets/index.js";
import { templates } from "../../../../src-main/services/templates/index.js";
import { writeClasses } from "../../../support/pictures.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

async function augmentOf(classes: readonly string[], channels: 1 | 3) {
  const folder = temporaryFolder();
  await writeClasses(folder, classes, 3, { channels });
  const {
    inputs: [picture],
    notes,
  } = await proposePictures({ path: folder, inputs: "pictures", look: lookAtPicture });
  return { types: picture?.type === "image" ? picture.augment.map(({ type }) => type) : undefined, notes };
}

it("mirrors and moves pictures in colour in training, and says so", async () => {
  const { types, notes } = await augmentOf(["cats", "dogs"], 3);
  expect(types).toEqual(["RandomHorizontalFlip", "RandomAffine"]);
  expect(notes).toContainEqual("in training, pictures are mirrored, turned, moved and scaled a little, anew in every epoch");
});

it("mirrors no letters and digits, in whatever script", async () => {
  const { types, notes } = await augmentOf(["b", "d", "𐍈"], 3);
  expect(types).toEqual(["RandomAffine"]);
  expect(notes).toContainEqual("in training, pictures are turned, moved and scaled a little, anew in every epoch");
});

it("leaves gray pictures as they are", async () => {
  expect(await augmentOf(["cats", "dogs"], 1)).toMatchObject({ types: [], notes: [expect.stringContaining("gray")] });
});

it("tells classes that have fewer pictures than there are parts, unless folders of their own are the parts", async () => {
  const folder = temporaryFolder();
  await writeClasses(folder, ["many"], 6);
  await writeClasses(folder, ["few"], 2);
  const question = { path: folder, inputs: "pictures", look: lookAtPicture } as const;
  expect((await proposePictures(question)).notes).toContainEqual(
    `too few pictures of "few" (2 pictures) in ${folder} for a part each of the 3 that it is split into; add pictures, or nothing will say how well it is told`,
  );
  expect((await proposePictures({ ...question, test: folder })).notes.join()).not.toContain("too few");
});

it("gives the bundled drawings changes on white, their background, and the training that learns those in its epochs", async () => {
  const drawings = join(packageRoot, "resources", "samples", "clipart");
  const found = await proposePictures({ path: drawings, inputs: "pictures", look: lookAtPicture });
  const { data, training } = parseProject(
    templates.get("images").create({ name: "clipart", source: found.source, inputs: found.inputs, targets: found.targets }),
  );
  expect(data.inputs).toMatchObject([
    {
      size: [64, 64],
      color: "rgb",
      background: "#ffffff",
      normalize: "own",
      augment: [
        { type: "RandomHorizontalFlip", p: 0.5 },
        { type: "RandomAffine", degrees: 15, fill: 255 },
      ],
    },
  ]);
  expect(training).toMatchObject({ epochs: 20, batchSize: 16, schedule: { type: "CosineAnnealingLR" }, restoreBest: false });
});
