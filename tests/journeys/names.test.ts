import { join } from "node:path";
import { describe, expect, it } from "vitest";
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
    expect(last(trained.events, "done")["test"]).toMatchObject({ "constructor.accuracy": expect.any(Number), "valueOf.mse": expect.any(Number), "toString.accuracy": expect.any(Number) });
    const evaluated = await lathe("evaluate", project, "--data", data, "--json");
    expect(evaluated.code, evaluated.stderr).toBe(0);
    const predicted = await lathe("predict", project, data, "--out", join(folder, "out.csv"), "--json");
    expect(predicted.code, predicted.stderr).toBe(0);
  });
});
