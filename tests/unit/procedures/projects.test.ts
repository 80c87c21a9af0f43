import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { toLatheError } from "../../../src-main/base/errors.js";
import { folderColumns } from "../../../src-main/contract/data.js";
import { projectProposal } from "../../../src-main/contract/project-views.js";
import { readProjectFile } from "../../../src-main/contract/project-file.js";
import { templates } from "../../../src-main/services/templates/index.js";
import { writeClasses } from "../../support/pictures.js";
import { studioProject } from "../../support/studio-project.js";

const lines = Array.from({ length: 60 }, (_, i) => [i + 1, (i * 7) % 31, ["red", "green", "blue"][i % 3], i % 2 ? "yes" : "no"].join(","));
const table = `id,x,colour,bought\n${lines.join("\n")}\n`;
const complete = {
  ...templates
    .get("tabular")
    .create({
      name: "t",
      source: { type: "table", path: "table.csv" },
      inputs: [{ name: "features", type: "numeric", columns: ["x"] }],
      targets: [{ name: "bought", type: "binary", column: "bought" }],
    }),
};
const refusal = async (call: Promise<unknown>) =>
  toLatheError(
    await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    ),
  );

describe("a project of one's own data", () => {
  it("is proposed: the last column to predict, an identifier excluded, templates that do not suit with the reason", async () => {
    const {
      procedures: { projects },
      project,
      root,
      context,
    } = studioProject(table, complete);
    const proposal = projectProposal.parse(await projects.propose({ data: join(project, "table.csv") }, context));
    expect(proposal).toMatchObject({ kind: "table", name: "table", rows: 60, template: "tabular" });
    expect(proposal.columns.map(({ name, role, target }) => [name, role, target])).toEqual([
      ["id", "ignore", "numeric"],
      ["x", "input", "numeric"],
      ["colour", "input", "category"],
      ["bought", "target", "binary"],
    ]);
    expect(proposal.columns[2]!.examples).toEqual(["red", "green", "blue"]);
    expect(proposal.columns.map(({ notes }) => notes)).toEqual([[], [], [], []]);
    expect(proposal.notes).toEqual([]);
    expect(proposal.templates.find(({ type }) => type === "tabular")!.unsuited).toBeUndefined();
    expect(proposal.templates.find(({ type }) => type === "two-output")!.unsuited).toContain("needs at least two targets");
    expect(proposal.folder.startsWith(root)).toBe(true);
    expect(existsSync(proposal.folder)).toBe(false);
  });

  it("is made as the user confirmed it, opened, and never over another", async () => {
    const {
      procedures: { projects },
      project,
      root,
      context,
    } = studioProject(table, complete);
    const wanted = {
      data: join(project, "table.csv"),
      folder: join(root, "mine"),
      name: "Mine",
      template: "tabular",
      targets: ["colour"],
      ignore: ["bought", "id"],
    };
    const made = await projects.create(wanted, context);
    expect(made.project).toMatchObject({ path: join(root, "mine"), name: "Mine", targets: ["colour"], runs: 0 });
    const { project: written } = await readProjectFile(join(root, "mine"));
    expect(written.data.inputs).toMatchObject([{ type: "numeric", columns: ["x"] }]);
    expect(written.data.source.path).toBe(join(project, "table.csv"));
    expect((await projects.list({}, context)).map(({ name }) => name)).toEqual(["Mine"]);
    // What a double click on the desktop opens.
    expect(await projects.open({ project: join(root, "mine", "mine.lathe") }, context)).toMatchObject({ path: join(root, "mine"), name: "Mine" });
    expect(await refusal(Promise.resolve(projects.create(wanted, context)))).toMatchObject({
      code: "usage",
      message: expect.stringContaining("holds a project already") as string,
    });
  });

  it("holds a column that is made an input by hand, whatever speaks against it", async () => {
    const {
      procedures: { projects },
      project,
      root,
      context,
    } = studioProject(table, complete);
    const data = join(project, "table.csv");
    const { columns, headed } = await projects.propose({ data }, context);
    const id = columns.find(({ name }) => name === "id");
    expect(id).toMatchObject({ role: "ignore", unused: expect.stringMatching(/^it counts the rows/) as string, notes: [] });
    expect(headed).toBe(true);
    const inputsWith = async (folder: string, keep: string[]) => {
      await projects.create({ data, folder: join(root, folder), name: "Kept", template: "tabular", targets: ["bought"], ignore: ["colour"], keep }, context);
      return (await readProjectFile(join(root, folder))).project.data.inputs;
    };
    expect(await inputsWith("without", [])).toMatchObject([{ type: "numeric", columns: ["x"] }]);
    expect(await inputsWith("with", ["id"])).toMatchObject([{ type: "numeric", columns: ["id", "x"] }]);
  });

  it("whose last column cannot be learnt is proposed with one that can", async () => {
    const notes = `note\n${lines.map((_, i) => `remark ${i}`).join("\n")}`.split("\n");
    const wide = table
      .trimEnd()
      .split("\n")
      .map((line, i) => `${line},${notes[i]}`)
      .join("\n");
    const {
      procedures: { projects },
      project,
      context,
    } = studioProject(`${wide}\n`, complete);
    const { columns } = await projects.propose({ data: join(project, "table.csv") }, context);
    expect(columns.filter(({ role }) => role === "target").map(({ name }) => name)).toEqual(["bought"]);
  });

  it("may be a folder of pictures", async () => {
    const {
      procedures: { projects },
      root,
      context,
    } = studioProject(table, complete);
    await writeClasses(join(root, "pets"), ["cats", "dogs"], 3, { width: 30, height: 20 });
    const proposal = await projects.propose({ data: join(root, "pets") }, context);
    expect(proposal).toMatchObject({ kind: "pictures", name: "pets", template: "efficientnet-lite0", rows: 6 });
    expect(proposal.templateNotes).toContain(
      "the network begins from a pretrained one, EfficientNet-Lite0, because 6 pictures are few to learn from alone; the template images begins from scratch",
    );
    const sizes = proposal.templates.flatMap(({ type, size }) => (size ? [[type, size] as const] : []));
    expect(Object.fromEntries(sizes)).toMatchObject({ images: [20, 30], "efficientnet-lite0": [96, 96] });
    expect(proposal.columns.map(({ name, role, distinct }) => [name, role, distinct])).toEqual([
      ["image", "input", 6],
      ["label", "target", 2],
    ]);
    expect(proposal.templates.filter(({ unsuited }) => unsuited === undefined).map(({ type }) => type)).toEqual([
      "efficientnet-lite0",
      "images",
      "small-resnet",
      "small-mobilenet",
    ]);
    const { project } = await projects.create(
      { data: join(root, "pets"), folder: join(root, "mine"), name: "Pets", template: "images", targets: ["label"], ignore: [] },
      context,
    );
    expect((await readProjectFile(project.path)).project.data.inputs[0]).toMatchObject({ type: "image", size: [20, 30], color: "rgb" });
  });

  it.each([
    [
      "a folder of pictures of which none can be read",
      (root: string) => {
        mkdirSync(join(root, "cats", "a"), { recursive: true });
        writeFileSync(join(root, "cats", "a", "1.png"), "");
        return join(root, "cats");
      },
      "data.unreadable",
      /a\/1\.png is empty \(0 bytes\)/,
    ],
    [
      "a folder without pictures",
      (root: string) => {
        mkdirSync(join(root, "cats", "a"), { recursive: true });
        return join(root, "cats");
      },
      "data.unreadable",
      /is a folder without a project or pictures in it/,
    ],
    ["a file that is not there", (root: string) => join(root, "gone.csv"), "data.missing", /there is no file .*gone\.csv/],
    [
      "a table without rows",
      (root: string) => {
        writeFileSync(join(root, "empty.csv"), "a,b\n");
        return join(root, "empty.csv");
      },
      "data.empty",
      /no rows/,
    ],
    ["a file elsewhere", () => "/etc/passwd", "rpc.refused", /is not in a folder/],
  ])("is not made of %s", async (_name, make, code, message) => {
    const {
      procedures: { projects },
      root,
      context,
    } = studioProject(table, complete);
    expect(await refusal(Promise.resolve(projects.propose({ data: make(root) }, context)))).toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });
});

test("every sample tells the truth about its data, and becomes a project with a copy of it", async () => {
  const {
    procedures: { projects, app },
    root,
    context,
  } = studioProject(table, complete);
  const samples = await projects.samples({}, context);
  expect(samples.map(({ sample }) => sample)).toEqual(["clipart", "credit", "fashion", "glyphs", "meters", "ridership"]);
  expect((await app.info({}, context)).projectsFolder).toBe(join(root, "Lathe"));
  for (const { sample, kind, rows, columns, target } of samples) {
    const { project } = await projects.createSample({ sample }, context);
    expect(project).toMatchObject({ targets: target.split(" and "), runs: 0 });
    if (kind === "pictures") {
      const pictures = readdirSync(project.path, { recursive: true }).filter((name) => String(name).endsWith(".png"));
      const { source } = (await readProjectFile(project.path)).project.data;
      expect(source).toMatchObject({ type: "image-folder", path: "train", test: "test" });
      expect([pictures.length, columns]).toEqual([rows, source.type === "image-folder" ? 1 + folderColumns(source).length : 0]);
      continue;
    }
    const file = readdirSync(project.path).find((name) => name.endsWith(".csv"))!;
    const [header = "", ...body] = readFileSync(join(project.path, file), "utf8").trimEnd().split("\n");
    expect([body.length, header.split(",").length]).toEqual([rows, columns]);
    expect((await readProjectFile(project.path)).project.data.source.path).toBe(file);
    expect((await projects.createSample({ sample }, context)).project.path).toBe(`${project.path} 2`);
  }
  expect(await refusal(Promise.resolve(projects.createSample({ sample: "../credit" }, context)))).toMatchObject({ code: "usage" });
});

describe("a project as a document", () => {
  it("is read and written, complete or not, with what is wrong at its place", async () => {
    const {
      procedures: { projects },
      project,
      context,
    } = studioProject(table, complete);
    const opened = await projects.read({ project }, context);
    expect(opened).toMatchObject({ document: { name: "t" }, problems: [] });
    const draft = { ...opened.document, model: { layers: [], outputs: [] } };
    const saved = await projects.write({ project, document: draft, revision: opened.revision }, context);
    expect(saved.problems.map(({ path }) => path)).toContain("model.layers");
    expect(JSON.parse(readFileSync(join(project, "project.json"), "utf8"))).toEqual(draft);
    expect(await projects.read({ project }, context)).toEqual({ document: draft, ...saved });
    expect(await projects.open({ project }, context)).toMatchObject({ path: project, problem: { code: "project.invalid" } });
  });

  it("is not saved over what another program wrote meanwhile", async () => {
    const {
      procedures: { projects },
      project,
      save,
      context,
    } = studioProject(table, complete);
    const { document, revision } = await projects.read({ project }, context);
    save({ ...complete, name: "theirs" });
    expect(await refusal(Promise.resolve(projects.write({ project, document, revision }, context)))).toMatchObject({ code: "project.conflict" });
    expect((await projects.read({ project }, context)).document["name"]).toBe("theirs");
  });

  it("is saved in the order in which it was changed", async () => {
    const {
      procedures: { projects },
      project,
      context,
    } = studioProject(table, complete);
    const { document, revision } = await projects.read({ project }, context);
    const first = Promise.resolve(projects.write({ project, document: { ...document, name: "first" }, revision }, context));
    const second = Promise.resolve(projects.write({ project, document: { ...document, name: "second" }, revision }, context));
    await first;
    // It was made from what the first one replaced.
    expect(await refusal(second)).toMatchObject({ code: "project.conflict" });
  });

  it("of a newer Lathe is left alone, and one that is no JSON is told", async () => {
    const {
      procedures: { projects },
      project,
      save,
      context,
    } = studioProject(table, complete);
    save({ ...complete, version: 99 });
    expect(await refusal(Promise.resolve(projects.read({ project }, context)))).toMatchObject({ code: "project.newer" });
    expect(await refusal(Promise.resolve(projects.open({ project }, context)))).toMatchObject({ code: "project.newer" });
    save("{ nonsense");
    expect(await refusal(Promise.resolve(projects.read({ project }, context)))).toMatchObject({ code: "project.invalid" });
  });
});

describe("the picker of a browser's host", () => {
  it("lists what may be used: folders first, projects marked, hidden files and links that lead out left away", async () => {
    const {
      procedures: { files },
      project,
      root,
      context,
    } = studioProject(table, complete);
    writeFileSync(join(root, ".secret"), "");
    symlinkSync("/etc", join(root, "way-out"));
    symlinkSync(project, join(root, "a-link"));
    mkdirSync(join(root, "folder 10"));
    mkdirSync(join(root, "folder 9"));
    const top = await files.list({ folder: null }, context);
    expect(top).toMatchObject({ folder: null, parent: null, entries: [{ kind: "folder", path: root }] });
    const inside = await files.list({ folder: root }, context);
    expect(inside.parent).toBeNull();
    expect(inside.entries.map(({ name, kind, project: holds }) => [name, kind, holds ?? false])).toEqual([
      ["folder 9", "folder", false],
      ["folder 10", "folder", false],
      ["project", "folder", true],
      ["a-link", "folder", true],
    ]);
    expect(await files.list({ folder: project }, context)).toMatchObject({
      parent: root,
      entries: [
        { name: "project.json", kind: "file" },
        { name: "table.csv", bytes: table.length },
      ],
    });
  });

  it("makes folders, with names that are names", async () => {
    const {
      procedures: { files },
      root,
      context,
    } = studioProject(table, complete);
    expect(await files.makeFolder({ folder: root, name: "new one" }, context)).toEqual({ path: join(root, "new one") });
    for (const name of ["new one", "..", "../up", "a/b", "a\\b", " spaced", "a\0"]) {
      expect(await refusal(Promise.resolve(files.makeFolder({ folder: root, name }, context)))).toMatchObject({ code: "usage" });
    }
    expect(readdirSync(root)).not.toContain("up");
  });

  it("has no dialogs of its own", async () => {
    const {
      procedures: { files },
      project,
      context,
    } = studioProject(table, complete);
    const own = (async () => files.pick({ kind: "open-file", title: "t", extensions: [] }, context))();
    expect(await refusal(own)).toMatchObject({ code: "rpc.refused" });
    expect(await refusal((async () => files.reveal({ path: project }, context))())).toMatchObject({ code: "rpc.refused" });
  });
});

describe("settings", () => {
  it("are kept, each on its own, and outlive a damaged file", async () => {
    const {
      procedures: { app },
      root,
      context,
    } = studioProject(table, complete);
    expect(await app.settings({}, context)).toEqual({ theme: "system", engine: "auto", device: "auto", threads: "auto", hintsSeen: [], spreadsheet: false });
    await Promise.all([
      app.changeSettings({ theme: "dark" }, context),
      app.changeSettings({ threads: 2, projectsFolder: join(root, "made") }, context),
      app.changeSettings({ hintsSeen: ["welcome"] }, context),
    ]);
    expect(await app.settings({}, context)).toMatchObject({ theme: "dark", threads: 2, projectsFolder: join(root, "made"), hintsSeen: ["welcome"] });
    expect((await app.info({}, context)).projectsFolder).toBe(join(root, "made"));
    expect(await app.changeSettings({ projectsFolder: null }, context)).not.toHaveProperty("projectsFolder");
    const file = join(root, "state", "settings.json");
    writeFileSync(file, JSON.stringify({ theme: "dark", threads: -3, colour: "red" }));
    expect(await app.settings({}, context)).toMatchObject({ theme: "dark", threads: "auto" });
    writeFileSync(file, "{");
    expect(await app.settings({}, context)).toMatchObject({ theme: "system" });
  });

  it("do not lead out of the folders that may be used", async () => {
    const {
      procedures: { app },
      context,
    } = studioProject(table, complete);
    expect(await refusal(Promise.resolve(app.changeSettings({ projectsFolder: "/etc/lathe" }, context)))).toMatchObject({ code: "rpc.refused" });
  });
});

test("the engines are told with the reason for what is not there, the licences with their texts", async () => {
  const {
    procedures: { app },
    context,
  } = studioProject(table, complete);
  const engines = await app.engines({}, context);
  expect(engines.find(({ name }) => name === "onnxruntime")).toMatchObject({
    available: true,
    devices: expect.arrayContaining([expect.objectContaining({ name: "cpu", available: true })]) as unknown,
  });
  expect(engines.every(({ available, reason }) => available || reason !== undefined)).toBe(true);
  const licences = await app.licences({}, context);
  for (const name of ["@vue/runtime-core", "naive-ui", "onnxruntime-node", "zod"]) expect(licences.map((licence) => licence.name)).toContain(name);
  expect(licences.map(({ name }) => name)).not.toContain("typescript");
  expect(licences.find(({ name }) => name === "@vue/runtime-core")!.text).toContain("MIT");
});
