import { describe, expect, it } from "vitest";
import { type Draft, draftOf } from "../../../src-renderer/document/draft.js";
import { renameLevel, setNames } from "../../../src-renderer/document/folder-columns.js";

const draft = (): Draft =>
  draftOf({
    name: "glyphs",
    data: {
      source: {
        type: "image-folder",
        path: "train",
        levels: ["group", "label"],
        names: "{typeface}-{copy}",
        relabel: { "a/b/x-1.png": { label: "c", group: "d", typeface: "e" } },
        testRelabel: { "a/b/y-1.png": { label: "f" } },
      },
      inputs: [
        { name: "image", type: "image", column: "image", size: [8, 8] },
        { name: "group", type: "category", column: "group" },
      ],
      targets: [
        { name: "label", type: "category", column: "label" },
        { name: "face", type: "category", column: "typeface" },
      ],
      split: { by: "group", column: "typeface" },
    },
    model: {
      layers: [
        { id: "flat", type: "Flatten", from: ["image"] },
        { id: "join", type: "Concat", from: ["flat", "group"] },
        { id: "out", type: "Linear", from: ["join"], outFeatures: "classes" },
        { id: "out_face", type: "Linear", from: ["join"], outFeatures: "classes" },
      ],
      outputs: [
        { target: "label", from: "out" },
        { target: "face", from: "out_face" },
      ],
    },
    training: { epochs: 3, losses: { label: { type: "CrossEntropyLoss" } }, earlyStopping: { monitor: "validation.label.accuracy", patience: 2 } },
  });

describe("a level that is called otherwise", () => {
  it("takes its target along, with loss, output and what is watched", () => {
    const changed = draft();
    renameLevel(changed, 1, "character");
    expect(changed.data.source).toMatchObject({
      levels: ["group", "character"],
      relabel: { "a/b/x-1.png": { character: "c", group: "d", typeface: "e" } },
      testRelabel: { "a/b/y-1.png": { character: "f" } },
    });
    expect(changed.data.targets[0]).toEqual({ name: "character", type: "category", column: "character" });
    expect(changed.model.outputs[0]).toEqual({ target: "character", from: "out" });
    expect(changed.training).toMatchObject({ losses: { character: {} }, earlyStopping: { monitor: "validation.character.accuracy" } });
    expect(JSON.stringify(changed)).not.toContain('"label"');
  });

  it("takes its input along, and the layers that read it", () => {
    const changed = draft();
    renameLevel(changed, 0, "alphabet");
    expect(changed.data.inputs[1]).toEqual({ name: "alphabet", type: "category", column: "alphabet" });
    expect(changed.model.layers[1]).toMatchObject({ from: ["flat", "alphabet"] });
  });

  it("keeps a name that a person gave, or that cannot be one", () => {
    const changed = draft();
    renameLevel(changed, 0, "script of the world");
    expect(changed.data.inputs[1]).toEqual({ name: "group", type: "category", column: "script of the world" });
    renameLevel(changed, 1, "out");
    expect(changed.data.targets[0]).toEqual({ name: "label", type: "category", column: "out" });
  });

  it("is the level that folders have where the file says none", () => {
    const changed = draftOf({
      data: { source: { type: "image-folder", path: "p" }, inputs: [], targets: [{ name: "label", type: "category", column: "label" }] },
    });
    renameLevel(changed, 0, "animal");
    expect(changed.data).toMatchObject({ source: { levels: ["animal"] }, targets: [{ name: "animal", column: "animal" }] });
  });
});

describe("another pattern of the files' names", () => {
  it("renames parts that are called otherwise, with split, target and labels", () => {
    const changed = draft();
    setNames(changed, "{font}_{copy}");
    expect(changed.data.source).toMatchObject({ names: "{font}_{copy}", relabel: { "a/b/x-1.png": { font: "e" } } });
    expect(changed.data.split).toEqual({ by: "group", column: "font" });
    expect(changed.data.targets[1]).toEqual({ name: "face", type: "category", column: "font" });
  });

  it("takes other columns for others where parts change places or are fewer, and none where there is none", () => {
    const changed = draft();
    setNames(changed, "{copy}-{typeface}");
    expect(changed.data.split).toEqual({ by: "group", column: "typeface" });
    setNames(changed, "{all}");
    expect(changed.data.split).toEqual({ by: "group", column: "typeface" });
    setNames(changed, undefined);
    expect(changed.data.source).not.toHaveProperty("names");
  });
});
