import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseProject } from "../../../../src-main/contract/project.js";
import { prepareData } from "../../../../src-main/datasets/index.js";
import { createProject } from "../../../../src-main/services/projects/create-project.js";
import { proposeProject } from "../../../../src-main/services/projects/propose-project.js";
import { writeClasses } from "../../../support/pictures.js";
import { surveyHere } from "../../../support/survey.js";
import { compile } from "../../../support/tables.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

type Cells = readonly [label: string, picture: string];

/** Two classes of 12 pictures, and a table that names them. @param lineOf a row's cells, from its class and its picture's path in the table's folder */
async function table(head: string, lineOf: (folder: string, ...cells: Cells) => string): Promise<{ readonly folder: string; readonly data: string }> {
  const folder = temporaryFolder();
  await writeClasses(join(folder, "photos"), ["ant", "bee"], 12, { width: 20, height: 14 });
  const lines = ["ant", "bee"].flatMap((label) =>
    Array.from({ length: 12 }, (_, i) => lineOf(folder, label, `photos/${label}/${String(i).padStart(3, "0")}.png`)),
  );
  const data = join(folder, "photos.csv");
  writeFileSync(data, `${head}\n${lines.join("\n")}\n`);
  return { folder, data };
}

/** What `new` makes of it, and what training would read. */
async function made({ folder, data }: { readonly folder: string; readonly data: string }) {
  const home = join(folder, "project");
  const created = await createProject({ folder: home, data, ...surveyHere });
  const project = parseProject(JSON.parse(readFileSync(created.file, "utf8")));
  const prepared = await prepareData({ folder: home, data: project.data, seed: 1, cacheFolder: join(home, ".lathe"), compile, progress: () => undefined });
  return { created, project, used: prepared.audit.used };
}

/** The studio's proposal. */
const proposed = ({ folder, data }: { readonly folder: string; readonly data: string }) => proposeProject(data, folder, surveyHere);

const told =
  /^column "photo" names pictures; looked at were \d+ pictures of 20 × 14, in colour; in training, pictures are mirrored, turned, moved and scaled a little/;

describe("a table of file names and labels", () => {
  it.each([
    ["paths from the table's folder on", (_: string, label: string, picture: string) => `${picture},${label}`],
    ["absolute paths", (folder: string, label: string, picture: string) => `${join(folder, picture)},${label}`],
  ])("of %s is recognised by `new`, with the size and colours of the pictures, and by the studio", async (_name, lineOf) => {
    const found = await table("photo,label", lineOf);
    const { created, project, used } = await made(found);
    // Few pictures in colour begin from a pretrained network, which reads small ones at 96.
    expect(project.data.inputs).toMatchObject([{ type: "image", name: "photo", column: "photo", size: [96, 96], color: "rgb" }]);
    expect(project.data.targets).toMatchObject([{ type: "binary", column: "label" }]);
    expect(project.model.blocks?.["backbone"]?.pretrained).toBe("efficientnet-lite0");
    expect(created.notes).toContainEqual(expect.stringContaining("because 24 pictures are few to learn from alone; the template images begins from scratch"));
    expect(created.notes.filter((note) => note.includes('"photo"'))).toEqual([expect.stringMatching(told)]);
    expect(used).toBe(24);

    const proposal = await proposed(found);
    expect([proposal.template, proposal.columns.map(({ name, type, role }) => [name, type, role])]).toEqual([
      "efficientnet-lite0",
      [
        ["photo", "picture", "input"],
        ["label", "text", "target"],
      ],
    ]);
    expect(proposal.columns[0]?.notes).toEqual([expect.stringMatching(told)]);
    expect(proposal.templateNotes).toEqual([
      "the network reads the pictures of photo at 96 × 96",
      expect.stringMatching(/^the network begins from a pretrained one/),
      expect.stringMatching(/^the weights of EfficientNet-Lite0 stay as they are at first/),
    ]);
  });

  it("with several columns of pictures alike gets one network for all, says so, and tells each column once", async () => {
    const found = await table("photo,scan,age,label", (folder, label, picture) => `${picture},${join(folder, picture)},${picture.length % 7},${label}`);
    const { created, project, used } = await made(found);
    expect(project.data.inputs.filter(({ type }) => type === "image").map(({ name }) => name)).toEqual(["photo", "scan"]);
    expect(project.model.layers.filter(({ type }) => type === "Block").map(({ from, weights }) => [from, weights])).toEqual([
      [["photo"], "shared"],
      [["scan"], "shared"],
    ]);
    const alike = "photo and scan are pictures of one size and colour: one network with shared weights reads them all";
    expect(created.notes).toContain(alike);
    for (const column of ["photo", "scan"]) expect(created.notes.filter((note) => note.includes(`column "${column}" names pictures;`))).toHaveLength(1);
    expect(used).toBe(24);
    const { template, templateNotes, columns } = await proposed(found);
    expect(template).toBe("two-input");
    expect(templateNotes).toEqual([alike]);
    expect(columns.slice(0, 2).map((column) => column.notes.length)).toEqual([1, 1]);
  });

  it("says where pictures were looked for that are not there, and learns from the other columns", async () => {
    const found = await table("photo,width,label", (_folder, label, picture) => `gone/${picture},${label === "ant" ? 1 : 2}${picture.at(-5)},${label}`);
    const { notes, columns } = await proposed(found);
    expect(columns[0]).toMatchObject({ name: "photo", role: "ignore" });
    expect(notes).toEqual([
      `column "photo" names pictures, but none of those looked at is there, such as gone/photos/ant/000.png: expected their paths from ${found.folder} on, ` +
        "or whole paths",
    ]);
  });
});
