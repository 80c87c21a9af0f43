import { expect, test } from "vitest";
import { type ProjectInput, parseProject } from "../../../src-main/contract/project.js";
import type { ProjectDocument } from "../../../src-main/contract/project-views.js";
import { presetOf } from "../../../src-main/services/models/model-plans.js";
import { templates } from "../../../src-main/services/templates/index.js";
import { draftOf } from "../../../src-renderer/document/draft.js";
import { applyPreset } from "../../../src-renderer/document/presets.js";

const begun = (size: [number, number]): ProjectInput =>
  templates
    .get("images")
    .create({
      name: "pets",
      source: { type: "image-folder", path: "pets", levels: ["kind"] },
      inputs: [{ name: "image", type: "image", column: "image", size, augment: [{ type: "RandomHorizontalFlip" }] }],
      targets: [{ name: "kind", type: "category", column: "kind" }],
    });

/** The document after a preset, and what is told of it. */
function after(document: object, preset: string) {
  const change = presetOf(document as ProjectDocument, preset);
  const draft = draftOf(structuredClone(document) as ProjectDocument);
  applyPreset(draft, change);
  const project = parseProject(JSON.parse(JSON.stringify(draft)));
  const { size, normalize, augment } = project.data.inputs[0] as { size: number[]; normalize: unknown; augment: unknown[] };
  return { draft, told: change.told, size, normalize, augment, groups: project.training.groups };
}

test("a preset brings with it how pictures are read and what learns, from scratch to a pretrained network and back", () => {
  const pretrained = after(begun([50, 70]), "efficientnet-lite0");
  expect([pretrained.size, pretrained.augment]).toEqual([[160, 160], [{ type: "RandomHorizontalFlip", p: 0.5 }]]);
  expect(pretrained.normalize).toMatchObject({ mean: [expect.any(Number), expect.any(Number), expect.any(Number)] });
  expect(pretrained.groups).toMatchObject([{ layers: ["backbone"], frozen: true }]);
  expect(pretrained.told).toEqual([
    "image is read at 160 × 160 and normalised as the pretrained network wants it",
    "the pretrained layers stay as they are at first",
  ]);

  const scratch = after(pretrained.draft, "images");
  expect([scratch.size, scratch.normalize, scratch.groups ?? []]).toEqual([[160, 160], "none", []]);
  expect(scratch.told).toEqual([
    "image is read from 0 to 1 again; it stays 160 × 160, and smaller ones train faster",
    "what was said of how the old layers learn is gone with them",
  ]);
});

test("a size that suits the pretrained network stays, and from scratch nothing is told that does not change", () => {
  const { draft } = after(begun([50, 70]), "efficientnet-lite0");
  (draft.data.inputs[0] as { size: number[] }).size = [192, 192];
  const again = after(draft, "efficientnet-lite0");
  expect([again.size, again.told]).toEqual([[192, 192], ["the pretrained layers stay as they are at first"]]);
  expect(after(begun([50, 70]), "images")).toMatchObject({ size: [50, 70], normalize: "none", told: [] });
});
