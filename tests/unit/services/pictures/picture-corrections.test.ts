import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ImageFolderSpec, imageFolderSource } from "../../../../src-main/contract/data.js";
import { type PictureCorrection, pictureCorrections } from "../../../../src-main/contract/picture-corrections.js";
import { createFolderAccess } from "../../../../src-main/services/files/folder-access.js";
import { applyCorrections, createPictureCorrections } from "../../../../src-main/services/pictures/picture-corrections.js";
import { createProjectDocuments } from "../../../../src-main/services/projects/project-documents.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const source = (more: Partial<ImageFolderSpec> = {}) =>
  imageFolderSource.parse({ type: "image-folder", path: "pictures", levels: ["alphabet", "character"], ...more });
const apply = (from: ImageFolderSpec, corrections: readonly object[]) => applyCorrections(from, pictureCorrections.parse(corrections));

const correction = fc.record<PictureCorrection>({
  picture: fc.constantFrom("a/1.png", "a/2.png", "b/1.png", "__proto__"),
  test: fc.boolean(),
  excluded: fc.option(fc.boolean(), { nil: undefined }),
  labels: fc.option(fc.dictionary(fc.constantFrom("alphabet", "character"), fc.option(fc.constantFrom("x", "y"), { nil: null })), { nil: undefined }),
});

describe("corrections of pictures", () => {
  it("are said in the source, each picture once", () => {
    const { source: corrected } = apply(source(), [
      { picture: "b/2.png", excluded: true },
      { picture: "a/1.png", excluded: true },
      { picture: "a/1.png", excluded: true },
      { picture: "t/1.png", test: true, excluded: true },
      { picture: "a/3.png", labels: { character: "B" } },
      { picture: "a/3.png", labels: { alphabet: "latin" } },
    ]);
    expect(corrected).toEqual(
      source({ exclude: ["a/1.png", "b/2.png"], testExclude: ["t/1.png"], relabel: { "a/3.png": { character: "B", alphabet: "latin" } } }),
    );
    expect(imageFolderSource.parse(corrected)).toEqual(corrected);
  });

  it("are taken back by what undoes them, whatever they are", () => {
    fc.assert(
      fc.property(fc.array(correction, { maxLength: 12 }), fc.array(correction, { minLength: 1, maxLength: 12 }), (before, corrections) => {
        const { source: start } = applyCorrections(source(), before);
        const { source: changed, undo } = applyCorrections(start, corrections);
        const { source: back, undo: redo } = applyCorrections(changed, undo);
        expect(back).toEqual(start);
        expect(applyCorrections(back, redo).source).toEqual(changed);
      }),
    );
  });

  it("refuse a level that the folders have not", () => {
    expect(() => apply(source(), [{ picture: "a/1.png", labels: { colour: "red" } }])).toThrow(/no level "colour"; they have alphabet, character/);
  });

  it("change the project file and nothing else of it, and never a picture", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "project.json");
    const document = {
      version: 1,
      name: "letters",
      data: { source: source(), inputs: [{ name: "image", type: "image", column: "image", size: [8, 8] }], targets: [] },
      model: "not yet",
    };
    writeFileSync(file, JSON.stringify(document));
    const service = createPictureCorrections(createProjectDocuments(createFolderAccess([folder])));
    const correct = (...asked: Parameters<typeof service.correct>) => service.correct(...asked);
    const { undo, revision } = await correct(
      folder,
      pictureCorrections.parse([
        { picture: "a/1.png", excluded: true },
        { picture: "a/2.png", labels: { character: "C" } },
      ]),
    );
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      ...document,
      data: { ...document.data, source: source({ exclude: ["a/1.png"], relabel: { "a/2.png": { character: "C" } } }) },
    });
    expect(revision).toMatch(/^[0-9a-f]{64}$/);
    // All at once: each sees what the one before it made.
    await Promise.all(["b/1.png", "b/2.png", "b/3.png"].map((picture) => correct(folder, pictureCorrections.parse([{ picture, excluded: true }]))));
    expect((JSON.parse(readFileSync(file, "utf8")) as typeof document).data.source.exclude).toEqual(["a/1.png", "b/1.png", "b/2.png", "b/3.png"]);
    await correct(folder, [...undo, ...pictureCorrections.parse(["b/1.png", "b/2.png", "b/3.png"].map((picture) => ({ picture, excluded: false })))]);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(document);
    writeFileSync(file, JSON.stringify({ ...document, data: { source: { type: "table", path: "t.csv" } } }));
    await expect(correct(folder, undo)).rejects.toThrow(/no folder of pictures/);
  });
});
