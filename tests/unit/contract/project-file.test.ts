import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readProjectFile, writeProject } from "../../../src-main/contract/project-file.js";
import { parseProject } from "../../../src-main/contract/project.js";
import { templates } from "../../../src-main/services/templates/index.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lathe-project-"));
});
afterEach(() => rm(folder, { recursive: true }));

const project = templates
  .get("tabular")
  .create({
    name: "credit",
    source: { type: "table", path: "credit.csv" },
    inputs: [{ name: "features", type: "numeric", columns: "rest" }],
    targets: [{ name: "good", type: "binary", column: "Good" }],
  });

test("what is written is read back, by the folder or by the file, complete and as it was written", async () => {
  const file = await writeProject(join(folder, "new"), project);
  expect(file).toBe(join(folder, "new", "project.json"));
  for (const path of [join(folder, "new"), file]) {
    expect(await readProjectFile(path)).toEqual({ project: parseProject(project), written: project, folder: join(folder, "new"), file });
  }
});

test("a wrong project is not written, and what was there stays", async () => {
  const file = await writeProject(folder, project);
  const before = await readFile(file, "utf8");
  await expect(writeProject(folder, { ...project, name: "" })).rejects.toMatchObject({
    code: "project.invalid",
    message: `${file}: name: got "", expected a text that is not empty`,
  });
  expect(await readFile(file, "utf8")).toBe(before);
  expect(await readdir(folder)).toEqual(["project.json"]);
});

test("a folder that holds no project is told how to make one", async () => {
  await expect(readProjectFile(folder)).rejects.toMatchObject({
    code: "project.missing",
    message: `there is no project at ${join(folder, "project.json")}; "lathe new <folder> --template tabular --data <table>" makes one`,
  });
  await expect(readProjectFile(join(folder, "nowhere"))).rejects.toMatchObject({ code: "project.missing" });
});

test("a file that is not JSON is told line and column", async () => {
  const file = join(folder, "project.json");
  await writeFile(file, '{\n  "version": 1,\n}\n');
  await expect(readProjectFile(folder)).rejects.toMatchObject({
    code: "project.invalid",
    message: `${file}: line 2, column 15: got a comma before }, expected none after the last item`,
  });
});

test("a folder that cannot be made is told by its reason", async () => {
  await writeFile(join(folder, "file"), "");
  await expect(writeProject(join(folder, "file", "project"), project)).rejects.toMatchObject({ code: "run.storage" });
});
