import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { ProjectInput } from "../../src-main/contract/project.js";
import type { RunReport } from "../../src-main/contract/report.js";
import { last, lathe } from "../support/lathe.js";
import { writeClasses } from "../support/pictures.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** 60 rows: a picture, dark or light, and a number; of every sixth the picture is not named, gone, or broken in turn, and then the number alone tells. */
async function write(missing: "drop" | "blank" | "error" | undefined, background = "#336699"): Promise<string> {
  const folder = temporaryFolder();
  await writeClasses(join(folder, "pictures"), ["dark", "light"], 30, { width: 9, height: 7 });
  mkdirSync(join(folder, "pictures", "bad"));
  writeFileSync(join(folder, "pictures", "bad", "broken.png"), "no picture");
  const rows = Array.from({ length: 60 }, (_, i) => {
    const kind = i % 2 === 0 ? "dark" : "light";
    const gone = ["", "pictures/bad/gone.png", "pictures/bad/broken.png"][(i / 6) % 3];
    return `${i % 6 === 0 ? gone : `pictures/${kind}/${String(i >> 1).padStart(3, "0")}.png`},${i % 4},${kind}`;
  });
  writeFileSync(join(folder, "table.csv"), `photo,weight,label\n${rows.join("\n")}\n`);
  const project: ProjectInput = {
    version: 1,
    name: "gaps",
    data: {
      source: { type: "table", path: "table.csv" },
      inputs: [
        { name: "photo", type: "image", column: "photo", size: [6, 8], background, normalize: "own", ...(missing && { missing }) },
        { name: "seen", type: "present", column: "photo" },
        { name: "weight", type: "numeric", columns: ["weight"] },
      ],
      targets: [{ name: "label", type: "binary", column: "label" }],
    },
    model: {
      layers: [
        { id: "flat", type: "Flatten", from: ["photo"] },
        { id: "all", type: "Concat", from: ["flat", "seen", "weight"] },
        { id: "out", type: "Linear", outFeatures: 1 },
      ],
      outputs: [{ target: "label", from: "out" }],
    },
    training: { epochs: 3, batchSize: 8, optimizer: { type: "Adam", lr: 0.01 }, losses: { label: { type: "BCEWithLogitsLoss" } } },
  };
  writeFileSync(join(folder, "project.json"), JSON.stringify(project));
  return folder;
}

describe("a table whose pictures are partly gone", () => {
  it("is trained on and answered with empty ones in their place, which an input says and everything counts", async () => {
    const folder = await write("blank");
    const trained = await lathe("train", folder, "--json");
    expect(trained.code, trained.stderr).toBe(0);
    const report = JSON.parse(readFileSync(join(folder, "runs", "0001", "report.json"), "utf8")) as RunReport;
    expect(Object.values(report.data.rows).reduce((a, b) => a + b)).toBe(60);
    expect(report.data.skipped).toEqual({});
    expect(report.data.warnings).toContain(
      'input photo: 10 of 60 samples have no picture in "photo" that can be read; each is read as an empty picture of the colour #336699',
    );
    expect(report.parity).toMatchObject({ passed: true, rows: report.data.rows.validation });
    const model = String(last(trained.events, "done")["model"]);

    const predicted = await lathe("predict", model, join(folder, "table.csv"), "--out", join(folder, "out.csv"), "--json");
    expect(predicted.code, predicted.stderr).toBe(0);
    expect(last(predicted.events, "prediction")).toMatchObject({ samples: 60, blank: 10 });
    expect(predicted.events.map(({ message }) => (typeof message === "string" ? message : "")).join("\n")).toMatch(
      /10 pictures of .*table\.csv are missing or cannot be read, and were read as empty ones/,
    );
    const answers = readFileSync(join(folder, "out.csv"), "utf8").trim().split("\n").slice(1);

    // The file takes the picture's raw pixels and, as float32 [N, 1], whether there is one.
    const session = await ort.InferenceSession.create(model);
    const pixels = Uint8Array.from({ length: 5 * 4 * 3 }, (_, i) => [0x33, 0x66, 0x99][i % 3]!);
    const { label } = await session.run({
      photo: new ort.Tensor("uint8", pixels, [1, 5, 4, 3]),
      seen: new ort.Tensor("float32", [0], [1, 1]),
      weight: new ort.Tensor("float32", [0], [1, 1]),
    });
    const yes = Number(answers[0]!.split(",")[3]);
    expect(Number((label!.data as Float32Array)[0])).toBeCloseTo(yes, 5);

    const judged = await lathe("evaluate", model, "--data", join(folder, "table.csv"), "--json");
    expect(judged.code, judged.stderr).toBe(0);
    expect(last(judged.events, "evaluation")).toMatchObject({ samples: 60, skipped: {}, blank: 10 });
  });

  it("leaves such rows out where nothing else is said, or refuses them by row", async () => {
    const dropped = await lathe("train", await write(undefined), "--json");
    expect(dropped.code, dropped.stderr).toBe(0);
    const report = JSON.parse(readFileSync(String(last(dropped.events, "done")["report"]), "utf8")) as RunReport;
    expect(Object.values(report.data.rows).reduce((a, b) => a + b)).toBe(50);
    expect(report.data.skipped).toEqual({ "missing value in photo": 4, "unreadable picture in photo": 6 });
    const refused = await lathe("train", await write("error"));
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('table.csv, row 1, column "photo": got nothing, expected a picture, because missing is "error"');
  });
});
