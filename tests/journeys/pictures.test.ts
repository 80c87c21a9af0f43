import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeModel } from "../../src-main/onnx/protobuf.js";
import { resized } from "../../src-main/transforms/resample.js";
import { killAll, last, lathe, sha256, startLathe } from "../support/lathe.js";
import { writeClasses, writePicture } from "../support/pictures.js";
import { temporaryFolder } from "../support/temporary-folder.js";

interface Project {
  data: { source: Record<string, unknown>; inputs: Record<string, unknown>[]; split: Record<string, unknown> };
  model: { layers: Record<string, unknown>[] };
  training: Record<string, unknown>;
}

/** Changes a project's file. */
function edit(folder: string, change: (project: Project) => void): void {
  const path = join(folder, "project.json");
  const project = JSON.parse(readFileSync(path, "utf8")) as Project;
  change(project);
  writeFileSync(path, JSON.stringify(project));
}

async function ok(...args: readonly string[]) {
  const result = await lathe(...args);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

async function made(classes = ["dark", "light"], count = 30): Promise<{ readonly folder: string; readonly project: string; readonly pictures: string }> {
  const folder = temporaryFolder();
  const pictures = join(folder, "pictures");
  await writeClasses(pictures, classes, count, { width: 20, height: 14 });
  const project = join(folder, "project");
  await ok("new", project, "--template", "images", "--data", pictures);
  return { folder, project, pictures };
}

describe("from a folder of class folders to a model", () => {
  it("makes a project, looks, trains, judges, predicts and exports", async () => {
    const { folder, project, pictures } = await made();
    const { data } = JSON.parse(readFileSync(join(project, "project.json"), "utf8")) as Project;
    expect(data.source).toEqual({ type: "image-folder", path: pictures, levels: ["label"] });
    expect(data.inputs[0]).toMatchObject({ type: "image", column: "image", size: [14, 20], color: "rgb" });

    writeFileSync(join(pictures, "dark", "broken.png"), readFileSync(join(pictures, "dark", "000.png")).subarray(0, 80));
    const inspected = await ok("inspect", project, "--json");
    expect(last(inspected.events, "audit")).toMatchObject({
      rows: 61,
      classes: { label: { dark: { train: 20, validation: 5, test: 5 }, light: { train: 20, validation: 5, test: 5 } } },
      pictures: { pictures: 61, unreadable: [{ path: "dark/broken.png" }] },
    });

    edit(project, (p) => {
      p.training["epochs"] = 6;
      Object.assign(p.data.inputs[0]!, { normalize: "none", augment: [{ type: "RandomVerticalFlip" }, { type: "RandomRotation", degrees: 10 }] });
    });
    const trained = await ok("train", project, "--json");
    const done = last(trained.events, "done") as unknown as {
      readonly model: string;
      readonly report: string;
      readonly test: Readonly<Record<string, number>>;
    };
    expect(done.test["label.accuracy"]).toBe(1);
    expect(trained.events.map((e) => e["message"])).toContainEqual(
      expect.stringMatching(/^1 picture of .* cannot be read and is excluded: dark\/broken\.png is damaged or cut short/),
    );
    const { parity } = JSON.parse(readFileSync(done.report, "utf8")) as { parity: { passed: boolean; rows: number; maxDifference: number } };
    expect(parity).toMatchObject({ passed: true, rows: 10 });

    // A class that training never saw is named, and what it may mean.
    await writePicture(pictures, "darc/x.png");
    const judged = await ok("evaluate", project, "--data", pictures, "--json");
    expect(last(judged.events, "evaluation")).toMatchObject({
      samples: 60,
      skipped: { "unreadable picture in image": 1, "unknown class in label": 1 },
      unknownClasses: { label: [{ value: "darc", rows: 1, nearest: "dark" }] },
      unreadable: [{ picture: "dark/broken.png", reason: expect.stringMatching(/^is damaged or cut short/) as string }],
      metrics: { "label.accuracy": 1 },
    });
    expect(judged.events.map((e) => e["message"])).toContainEqual(
      `1 picture of ${pictures} is of the class "darc", which the model does not know, and is excluded; did you mean "dark"?`,
    );

    // A flat folder of pictures of other sizes, one of them bad: no classes are needed to predict.
    const asked = join(folder, "asked");
    await writePicture(asked, "a.png", { width: 20, height: 14 });
    await writePicture(asked, "deeper/b.jpg", { width: 50, height: 33 });
    writeFileSync(join(asked, "c.png"), "no picture");
    const out = join(folder, "answers.csv");
    const predicted = await ok("predict", project, asked, "--out", out, "--json");
    expect(last(predicted.events, "prediction")).toMatchObject({
      samples: 2,
      failed: 1,
      unanswered: [{ sample: "c.png", reason: expect.stringMatching(/^is no picture by its content/) as string }],
    });
    expect(predicted.events.map((e) => e["message"])).toContainEqual(
      `1 picture of ${asked} cannot be read and has no answer, as its row says: ` +
        "c.png is no picture by its content, expected JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PPM or PGM",
    );
    const all = readFileSync(out, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(","));
    expect(all[0]).toEqual(["sample", "label", "label:dark", "label:light", "error"]);
    expect(all[2]?.slice(0, 5)).toEqual(["c.png", "", "", "", '"is no picture by its content']);
    const lines = all.filter((_, i) => i !== 2).map((cells) => cells.slice(0, 4));
    expect(lines.slice(1).map(([sample]) => sample)).toEqual(["a.png", "deeper/b.jpg"]);
    for (const [, , dark, light] of lines.slice(1)) expect(Number(dark) + Number(light)).toBeCloseTo(1, 5);
    await ok("predict", project, join(asked, "a.png"), "--out", join(folder, "one.csv"));
    expect(readFileSync(join(folder, "one.csv"), "utf8").split("\n")[1]).toBe(lines[1]!.join(","));

    // The exported file takes a picture of any size; without preprocessing it takes what that makes of it, and answers the same.
    const [whole, bare] = [join(folder, "whole.onnx"), join(folder, "bare.onnx")];
    await ok("export", project, "--format", "onnx", "--out", whole);
    await ok("export", project, "--format", "onnx", "--out", bare, "--preprocess", "none");
    const [full, network] = [decodeModel(readFileSync(whole)), decodeModel(readFileSync(bare))];
    expect(full.graph.inputs.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([["image", "uint8", ["N", "H_image", "W_image", 3]]]);
    expect(network.graph.inputs.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([["image", "float32", ["N", 3, 14, 20]]]);
    const { data: pixels, info } = await sharp(join(asked, "deeper", "b.jpg"))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const small = resized({ width: info.width, height: info.height, channels: 3, data: pixels }, 20, 14).data;
    const planes = Float32Array.from({ length: 3 * 14 * 20 }, (_, i) => small[(i % 280) * 3 + Math.floor(i / 280)]! / 255);
    const answer = async (file: string, tensor: ort.Tensor) =>
      Array.from((await (await ort.InferenceSession.create(file)).run({ image: tensor }))["label"]!.data as Float32Array);
    const [a, b] = [
      await answer(whole, new ort.Tensor("uint8", new Uint8Array(pixels), [1, info.height, info.width, 3])),
      await answer(bare, new ort.Tensor("float32", planes, [1, 3, 14, 20])),
    ];
    a.forEach((p, k) => expect(Math.abs(p - b[k]!)).toBeLessThan(1e-6));
    a.forEach((p, k) => expect(Math.abs(p - Number(lines[2]![2 + k]))).toBeLessThan(1e-6));
    const refused = await lathe("predict", bare, asked);
    expect([refused.code, refused.stderr.trim()]).toEqual([
      1,
      `error: ${bare} was exported without its preprocessing, so it does not take the data as it is; use the run's own model.onnx, or export it again ` +
        `with --preprocess inside`,
    ]);
  });

  it("excludes and relabels by reference, and the files stay as they are", async () => {
    const { project, pictures } = await made();
    const before = readdirSync(join(pictures, "dark")).map((name) => sha256(join(pictures, "dark", name)));
    edit(project, (p) => {
      p.data.source["exclude"] = ["dark/000.png", "dark/001.png"];
      p.data.source["relabel"] = { "dark/002.png": { label: "light" } };
      p.training["epochs"] = 1;
    });
    const { events } = await ok("inspect", project, "--json");
    const audit = last(events, "audit") as unknown as {
      readonly classes: { readonly label: Readonly<Record<string, Readonly<Record<string, number>>>> };
      readonly pictures: { readonly excluded: number };
    };
    const total = (name: string) => Object.values(audit.classes.label[name]!).reduce((x, y) => x + y, 0);
    expect([total("dark"), total("light"), audit.pictures.excluded]).toEqual([27, 31, 2]);
    const trained = await ok("train", project, "--json");
    expect(last(trained.events, "run")["samples"]).toEqual({ train: 40, validation: 9, test: 9 });
    expect(readdirSync(join(pictures, "dark")).map((name) => sha256(join(pictures, "dark", name)))).toEqual(before);
  });

  it("reads two levels of folders, one of them as an input, or both as targets", async () => {
    const folder = temporaryFolder();
    for (const group of ["north", "south"]) await writeClasses(join(folder, "pictures", group), ["dark", "light"], 12);
    const one = join(folder, "one");
    await ok("new", one, "--template", "two-input", "--data", join(folder, "pictures"), "--levels", "side,shade", "--target", "shade");
    const both = join(folder, "both");
    await ok("new", both, "--template", "two-output", "--data", join(folder, "pictures"), "--target", "side", "--target", "shade");
    for (const project of [one, both]) {
      edit(project, (p) => {
        p.training["epochs"] = 30;
        p.training["batchSize"] = 8;
      });
      const { events } = await ok("train", project, "--json");
      expect((last(events, "done")["test"] as Record<string, number>)["shade.accuracy"]).toBe(1);
    }
    await ok("predict", one, join(folder, "pictures"), "--out", join(folder, "a.csv"));
    expect(readFileSync(join(folder, "a.csv"), "utf8").split("\n")[0]).toBe("sample,shade,shade:dark,shade:light");
    await ok("predict", both, join(folder, "pictures"), "--out", join(folder, "b.csv"));
    expect(readFileSync(join(folder, "b.csv"), "utf8").split("\n")[0]).toBe("sample,side,side:north,side:south,shade,shade:dark,shade:light");
  });
});

describe("points for pictures", () => {
  it("trains them, is killed and resumes to the same bytes, judges, exports and predicts a folder", { tags: ["long"] }, async () => {
    const { folder, project, pictures } = await made(["dark", "light"], 12);
    edit(project, ({ data, model, training }) => {
      Object.assign(data, { targets: [{ name: "place", type: "embedding", column: "label", dimensions: 3 }] });
      Object.assign(model, {
        layers: [
          { id: "flat", type: "Flatten" },
          { id: "out", type: "Linear", outFeatures: "classes" },
        ],
        outputs: [{ target: "place", from: "out" }],
      });
      Object.assign(training, {
        epochs: 6,
        batchSize: 4,
        losses: { place: { type: "TripletMarginLoss" } },
        engine: "onnxruntime",
        device: "cpu",
        checkpointSeconds: 0,
      });
    });
    const file = join(project, "runs", "0001", "model.onnx");
    const whole = await ok("train", project, "--json");
    expect(Object.keys(last(whole.events, "done")["test"] as object)).toEqual(expect.arrayContaining(["place.precisionAt1", "place.precisionAt1.chance"]));
    const expected = sha256(file);
    rmSync(join(project, "runs"), { recursive: true });

    const killed = startLathe(["train", project, "--json"], ({ event, epoch }) => {
      if (event === "epoch" && epoch === 2) killAll(killed);
    });
    expect((await killed.result).code).toBeNull();
    const resumed = await ok("train", project, "--resume", "--json");
    expect(last(resumed.events, "run")["resumedFrom"]).toBeDefined();
    expect(sha256(file)).toBe(expected);

    const { stdout } = await ok("evaluate", project, "--data", pictures);
    expect(stdout).toMatch(/place\s+precisionAt1 +[01](\.\d+)?\s+precisionAt1\.chance +0\.478/);
    const [model, answers] = [join(folder, "points.onnx"), join(folder, "points.csv")];
    await ok("export", project, "--format", "onnx", "--out", model);
    await ok("predict", model, pictures, "--out", answers);
    const [head, ...lines] = readFileSync(answers, "utf8").trim().split("\n");
    expect(head).toBe("sample,place:1,place:2,place:3");
    expect(lines).toHaveLength(24);
  });
});

describe("a run on pictures that is killed", () => {
  it("resumes to the very bytes of one that was never interrupted, with augmentation, and while the folder changes", async () => {
    const { folder, project, pictures } = await made();
    edit(project, (p) => {
      Object.assign(p.training, { epochs: 12, batchSize: 4, checkpointSeconds: 0 });
      p.data.inputs[0]!["augment"] = [
        { type: "RandomHorizontalFlip" },
        { type: "RandomAffine", degrees: 20, translate: [0.1, 0.1] },
        { type: "RandomErasing" },
      ];
    });
    const whole = join(folder, "whole");
    mkdirSync(whole);
    writeFileSync(join(whole, "project.json"), readFileSync(join(project, "project.json")));
    const expected = sha256(String(last((await ok("train", whole, "--json")).events, "done")["model"]));
    const command = startLathe(["train", project, "--json"], ({ event, epoch }) => {
      if (event === "epoch" && epoch === 3) setTimeout(() => killAll(command), 30);
    });
    expect((await command.result).code).toBeNull();
    expect(existsSync(join(project, "runs", "0001", "model.onnx"))).toBe(false);
    const { events } = await ok("train", project, "--resume", "--json");
    expect(last(events, "run")["resumedFrom"]).toBeDefined();
    expect(sha256(String(last(events, "done")["model"]))).toBe(expected);

    // What becomes of the folder while it trains is nothing to the run; resuming after it changed is refused.
    const again = startLathe(["train", project, "--json"], ({ event, epoch }) => {
      if (event === "epoch" && epoch === 2) rmSync(join(pictures, "dark", "007.png"));
    });
    const { code, events: later } = await again.result;
    expect(code).toBe(0);
    expect(sha256(String(last(later, "done")["model"]))).toBe(expected);
    rmSync(join(project, "runs", "0002", "report.json"));
    const refused = await lathe("train", project, "--resume", "0002");
    expect(refused.stderr.trim()).toBe(
      `error: the data has changed since run 0002 began (${pictures}), so it cannot be resumed; start a new run, or put the old file back`,
    );
  });
});

describe("what is wrong is told in one clear line", () => {
  it.each<readonly [string, (folder: string) => Promise<void> | void, readonly string[], (folder: string) => string]>([
    [
      "a folder that is empty",
      (f) => {
        mkdirSync(join(f, "p"));
      },
      ["--data", "p"],
      (f) => `${join(f, "p")} holds no picture: expected JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PPM or PGM`,
    ],
    [
      "pictures without classes",
      async (f) => {
        await writePicture(f, "p/a.png");
      },
      ["--data", "p"],
      (f) =>
        `${join(f, "p")} has 1 picture that lies outside of any class: expected a folder for each class, with its pictures in it; ` +
        "pictures without classes can be predicted",
    ],
    [
      "nothing but bad files",
      (f) => {
        mkdirSync(join(f, "p", "a"), { recursive: true });
        writeFileSync(join(f, "p", "a", "x.png"), "x");
      },
      ["--data", "p"],
      (f) =>
        `none of the pictures of ${join(f, "p")} that were looked at can be read: a/x.png is no picture by its content, expected JPEG, PNG, WebP, ` +
        `GIF, BMP, TIFF, AVIF, PPM or PGM`,
    ],
    [
      "a target that is no level",
      async (f) => writeClasses(join(f, "p"), ["a", "b"], 2),
      ["--data", "p", "--levels", "label", "--target", "kind"],
      (f) => `the target: ${join(f, "p")} has no level "kind"; it has "label"`,
    ],
    [
      "a table where pictures are wanted",
      (f) => writeFileSync(join(f, "p.csv"), "a,b\n1,2\n3,4\n"),
      ["--data", "p.csv", "--template", "images"],
      () => "the template images needs pictures; the template tabular reads columns of numbers and words",
    ],
  ])(
    "new: %s",
    async (_, make, args, message) => {
      const folder = temporaryFolder();
      await make(folder);
      const { result } = startLathe(["new", "project", ...args], undefined, { cwd: folder });
      const { code, stderr } = await result;
      expect(stderr.trim()).toBe(`error: ${message(folder)}`);
      expect(code).toBeGreaterThan(0);
      expect(existsSync(join(folder, "project", "project.json"))).toBe(false);
    },
    60_000,
  );

  it("train: one class, a batch beyond memory, a network that pools the picture away", { tags: ["long"] }, async () => {
    const { project, pictures } = await made(["dark", "light"], 10);
    // Channels fill the memory as pixels do, and need not be resized to first.
    edit(project, (p) => {
      p.data.inputs[0]!["size"] = [1024, 1024];
      p.model.layers[0]!["outChannels"] = 1024;
    });
    const large = await lathe("train", project);
    expect(large.stderr.trim().split("\n").at(-1)).toMatch(
      /^error: training\.batchSize: a step of \d+ samples needs about \d+ GB of memory, this machine has [\d.]+ GB; (set it to \d+ or less|make the pictures or the network smaller)$/,
    );
    edit(project, (p) => {
      p.data.inputs[0]!["size"] = [2, 3];
    });
    const small = await lathe("train", project);
    expect(small.code).toBe(1);
    expect(small.stderr.trim().split("\n").at(-1)).toMatch(/^error: layer pool2 \(MaxPool2d\)/);
    rmSync(join(pictures, "dark"), { recursive: true });
    edit(project, (p) => {
      p.data.split["validation"] = 0.3;
      p.data.split["test"] = 0.3;
    });
    const one = await lathe("train", project);
    expect(one.stderr.trim().split("\n").at(-1)).toBe(`error: target column "label" of ${pictures} holds only "light", expected at least two classes`);
  });
});
