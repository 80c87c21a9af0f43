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
