import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { decodeModel } from "../../src-main/onnx/protobuf.js";
import { last, lathe } from "../support/lathe.js";
import { writeTable } from "../support/tables.js";
import { temporaryFolder } from "../support/temporary-folder.js";

describe("columns that are called like what every JavaScript object has", () => {
  it("are learnt from, learnt, judged and predicted like any other", async () => {
    const folder = temporaryFolder();
    const rows = Array.from({ length: 90 }, (_, i) => [["Lotus", "Ferrari", "BRM"][i % 3], (i * 37) % 101, ["yes", "no"][i % 2], (i * 13) % 7].join(","));
    const data = writeTable(folder, "races.csv", `constructor,valueOf,toString,hasOwnProperty\n${rows.join("\n")}\n`);
    const project = join(folder, "races");
    const targets = ["constructor", "valueOf", "toString"].flatMap((name) => ["--target", name]);
    expect((await lathe("new", project, "--template", "two-output", "--data", data, ...targets, "--json")).code).toBe(0);
    const trained = await lathe("train", project, "--epochs", "1", "--json");
    expect(trained.code, trained.stderr).toBe(0);
    expect(last(trained.events, "done")["test"]).toMatchObject({
      "constructor.accuracy": expect.any(Number),
      "valueOf.mse": expect.any(Number),
      "toString.accuracy": expect.any(Number),
    });
    const evaluated = await lathe("evaluate", project, "--data", data, "--json");
    expect(evaluated.code, evaluated.stderr).toBe(0);
    const predicted = await lathe("predict", project, data, "--out", join(folder, "out.csv"), "--json");
    expect(predicted.code, predicted.stderr).toBe(0);
  });
});

describe("inputs, layers and targets that are called like what Lathe itself calls things in a graph", () => {
  it("are trained and exported like any other, each weight under its layer's name", async () => {
    const folder = temporaryFolder();
    const rows = Array.from({ length: 90 }, (_, i) => [(i * 37) % 101, (i * 13) % 7, i % 2, ((i * 29) % 83) / 10].join(","));
    writeTable(folder, "t.csv", `a,b,y,z\n${rows.join("\n")}\n`);
    const project: ProjectInput = {
      version: 1,
      name: "names",
      data: {
        source: { type: "table", path: "t.csv" },
        inputs: [
          { name: "const_0", type: "numeric", columns: ["a"] },
          { name: "Split_0", type: "numeric", columns: ["b"] },
        ],
        targets: [
          { name: "const_2", type: "binary", column: "y" },
          { name: "Identity_0", type: "numeric", column: "z" },
        ],
      },
      model: {
        layers: [
          { id: "main", type: "Concat", from: ["const_0", "Split_0"] },
          { id: "const_1", type: "Linear", outFeatures: 4 },
          { id: "gradient", type: "BatchNorm1d" },
          { id: "loss", type: "ReLU" },
          { id: "optimizer", type: "Linear", outFeatures: 1 },
          { id: "const_3", type: "Linear", from: ["loss"], outFeatures: 1 },
        ],
        outputs: [
          { target: "const_2", from: "optimizer" },
          { target: "Identity_0", from: "const_3" },
        ],
      },
      training: { epochs: 1 },
    };
    writeFileSync(join(folder, "project.json"), JSON.stringify(project));
    const trained = await lathe("train", folder, "--json");
    expect(trained.code, trained.stderr).toBe(0);
    const { graph } = decodeModel(readFileSync(String(last(trained.events, "done")["model"])));
    expect(graph.inputs.map(({ name }) => name)).toEqual(["const_0", "Split_0"]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(["const_2", "Identity_0"]);
    expect([...graph.initializers.keys()].filter((name) => name.endsWith("weight")).sort()).toEqual(
      expect.arrayContaining(["const_3.weight", "optimizer.weight"]),
    );
    expect([...graph.initializers.keys()].some((name) => name.startsWith("const_1.weight"))).toBe(true);
  });

  it("but for __proto__, which no input, target or layer may be called", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", "a,y\n1,0\n2,1\n");
    writeFileSync(
      join(folder, "project.json"),
      `{ "version": 1, "name": "p", "data": { "source": { "type": "table", "path": "t.csv" },
      "inputs": [{ "name": "__proto__", "type": "numeric", "columns": ["a"] }], "targets": [{ "name": "y", "type": "binary", "column": "y" }] },
      "model": { "layers": [{ "id": "__proto__", "type": "Linear", "outFeatures": 1 }], "outputs": [{ "target": "y", "from": "__proto__" }] }, ` +
        `"training": { "epochs": 1 } }`,
    );
    const { code, events } = await lathe("train", folder, "--json");
    expect([code, events.at(-1)]).toMatchObject([
      1,
      {
        code: "project.invalid",
        message: expect.stringContaining(
          'data.inputs[0].name: got "__proto__", expected a name of letters, digits, _ and -, starting with a letter or _, and not __proto__',
        ),
      },
    ]);
  });

  it("and a column may be called __proto__ all the same", { tags: ["long"] }, async () => {
    const folder = temporaryFolder();
    const data = writeTable(
      folder,
      "t.csv",
      `__proto__,b,y\n${Array.from({ length: 90 }, (_, i) => `${["u", "v", "w"][i % 3]},${(i * 13) % 7},${i % 2}`).join("\n")}\n`,
    );
    const project = join(folder, "p");
    expect((await lathe("new", project, "--data", data, "--target", "y", "--json")).code).toBe(0);
    const trained = await lathe("train", project, "--epochs", "1", "--json");
    expect(trained.code, trained.stderr).toBe(0);
    const predicted = await lathe("predict", project, data, "--out", join(folder, "out.csv"), "--json");
    expect(predicted.code, predicted.stderr).toBe(0);
    const evaluated = await lathe("evaluate", project, "--data", data, "--json");
    expect(evaluated.code, evaluated.stderr).toBe(0);
    const inspected = await lathe("inspect", project, "--json");
    expect(inspected.code, inspected.stderr).toBe(0);
  });
});

describe("names that a terminal would obey", () => {
  it("are shown and not sent, whichever command says them, to people and to programs", async () => {
    const folder = temporaryFolder();
    // What clears the screen, sets the title, colours, forges a line, and turns letters round.
    const evil = "a\u001b[2J\u001b]0;t\u0007\u009b31m\u007f\u202e";
    const rows = Array.from({ length: 60 }, (_, i) => `${(i * 37) % 101},"yes${evil}${i % 2}"`);
    // A line end of its own in a quoted name.
    const data = writeTable(folder, `t${evil}.csv`, `"${evil}\n1 error: forged","${evil}"\n${rows.join("\n")}\n`);
    const project = join(folder, "evil");
    const said = await Promise.all([
      lathe("new", project, "--data", data, "--target", evil),
      lathe("new", join(folder, "b"), "--data", data, "--target", `${evil}b`),
      lathe(`tra${evil}in`),
      lathe("train", "--hel\u001b[2J"),
      lathe("runs", `no${evil}`, "--json"),
    ]);
    expect(
      said.map(({ code }) => code),
      said[0].stderr,
    ).toEqual([0, 1, 2, 2, 1]);
    for (const more of [
      ["inspect", project],
      ["train", project, "--epochs", "1"],
      ["train", project, "--epochs", "1", "--json"],
      ["runs", project],
      ["evaluate", project, "--data", data],
      ["predict", project, data, "--out", join(folder, `${evil}.csv`)],
    ]) {
      const result = await lathe(...more);
      expect(result.code, result.stderr).toBe(0);
      said.push(result);
    }
    for (const { stdout, stderr } of said) expect((stdout + stderr).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
    expect(said.map(({ stdout, stderr }) => stdout + stderr).join("")).toContain("a\\x1b[2J\\x1b]0;t\\x07\\x9b31m");
    expect(said.map(({ stdout }) => stdout).join("")).not.toMatch(/^1 error: forged/m);
    for (const line of readFileSync(join(project, "runs", "0001", "log.txt"), "utf8")
      .trimEnd()
      .split("\n"))
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT[^\p{Cc}\u202e]*$/u);
  });
});
