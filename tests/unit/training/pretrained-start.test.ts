import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type LatheError, toLatheError } from "../../../src-main/base/errors.js";
import type { TrainRequest } from "../../../src-main/contract/engine-messages.js";
import type { DoneEvent, RunEvent } from "../../../src-main/contract/events.js";
import { openPretrained } from "../../../src-main/pretrained/index.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import { planModel } from "../../../src-main/training/network/plan-model.js";
import { readKeptWeights } from "../../../src-main/training/runs/kept-weights.js";
import { train } from "../../../src-main/training/train.js";
import { sha256 } from "../../support/lathe.js";
import { pictureData, writeClasses } from "../../support/pictures.js";
import { tensorflowUnderTest } from "../../support/tensorflow.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const SOURCE = "efficientnet-lite0";

/** The first layers of the pretrained network, as a block. */
const stem = [
  { id: "stemPad", type: "ZeroPad2d", padding: [0, 1, 0, 1] },
  { id: "stem", type: "Conv2d", outChannels: 32, kernelSize: 3, stride: 2, bias: false },
  { id: "stemNorm", type: "BatchNorm2d", eps: 0.001 },
  { id: "stemAct", type: "ReLU6" },
];
const rest = [
  { id: "pool", type: "AdaptiveAvgPool2d", outputSize: 1 },
  { id: "flat", type: "Flatten" },
];

interface Asked {
  readonly layers?: readonly object[];
  readonly block?: object;
  readonly width?: number;
  readonly groups?: readonly object[];
  readonly pretrained?: string;
  readonly engine?: string;
}

function documentOf({ layers = stem, block = {}, width, groups = [], pretrained = SOURCE, engine = "onnxruntime" }: Asked = {}) {
  const hidden = width === undefined ? [] : [{ id: "hidden", type: "Linear", outFeatures: width }];
  return {
    version: 1,
    name: "begun",
    data: pictureData("pictures", { input: { size: [8, 8] } }),
    model: {
      blocks: { backbone: { layers, pretrained, ...block } },
      layers: [{ id: "backbone", type: "Block", block: "backbone" }, ...rest, ...hidden, { id: "head", type: "Linear", outFeatures: "classes" }],
      outputs: [{ target: "label", from: "head" }],
    },
    training: { epochs: 2, batchSize: 8, engine, device: "cpu", threads: 1, checkpointSeconds: 0, restoreBest: false, groups },
  };
}

async function projectOf(asked: Asked = {}): Promise<string> {
  const folder = temporaryFolder();
  await writeClasses(join(folder, "pictures"), ["dark", "bright"], 20, { width: 8, height: 8 });
  write(folder, asked);
  return folder;
}

const write = (folder: string, asked: Asked) => writeFileSync(join(folder, "project.json"), JSON.stringify(documentOf(asked)));
const config = (folder: string, run = "0001") => JSON.parse(readFileSync(join(folder, "runs", run, "config.json"), "utf8")) as { readonly origin?: unknown };

/** @param until the run is cancelled there */
async function work(
  project: string,
  more: Partial<TrainRequest> = {},
  until?: (event: RunEvent) => boolean,
): Promise<{ done: DoneEvent | LatheError; events: RunEvent[] }> {
  const control = new TrainingControl();
  const events: RunEvent[] = [];
  const emit = (event: RunEvent) => {
    events.push(event);
    if (until?.(event)) control.cancel();
  };
  const done = await train({ project, ...more }, { emit, control, clock: () => performance.now(), now: () => new Date() }).catch(toLatheError);
  return { done, events };
}

const said = (events: readonly RunEvent[]) => events.flatMap((event) => (event.event === "log" || event.event === "warning" ? [event.message] : []));
const source = () => openPretrained(SOURCE, "");
const kept = (folder: string, name: string, run = "0001") => [...readKeptWeights(folder, run).tensors.get(name)!.data];

describe("a block that begins from a pretrained network", () => {
  it.each(["onnxruntime", "tensorflow"])("has its weights and its running statistics, which stay where it is frozen, with %s", async (engine) => {
    if (engine === "tensorflow") await tensorflowUnderTest();
    const folder = await projectOf({ engine, groups: [{ layers: ["backbone"], frozen: true }] });
    const { done, events } = await work(folder);
    expect(done).toMatchObject({ ended: "completed" });
    expect(said(events)).toContain(`block backbone begins from ${SOURCE}: 5 of its 5 tensors`);
    for (const tensor of ["stem.weight", "stemNorm.weight", "stemNorm.bias", "stemNorm.runningMean", "stemNorm.runningVar"])
      expect(kept(folder, `backbone.${tensor}`), tensor).toEqual([...source().tensor(tensor)!.read()]);
    expect(config(folder).origin).toEqual({ pretrained: { [SOURCE]: source().sha256 } });
    // What the file of the weights holds: nobody may change it unnoticed.
    expect(source().sha256).toBe("4727a98b86faaafbecc41ccaa4cd84596c2a02dee690a5440d4795b11ec36837");
  });

  it("learns on from there where it is not", async () => {
    const folder = await projectOf();
    await work(folder, { epochs: 1 });
    const [before, after] = [[...source().tensor("stem.weight")!.read()], kept(folder, "backbone.stem.weight")];
    const moved = after.map((value, i) => Math.abs(value - before[i]!));
    expect(Math.max(...moved)).toBeGreaterThan(1e-4);
    // Five steps of Adam at 0.001.
    expect(Math.max(...moved)).toBeLessThan(0.0051);
  });

  it("tells of layers that are other ones by now, which begin at random", async () => {
    const layers = stem.map((layer) => (layer.id === "stemNorm" ? { ...layer, id: "norm" } : layer));
    const folder = await projectOf({ layers: [...layers, { id: "more", type: "Conv2d", outChannels: 4, kernelSize: 1 }] });
    const { done, events } = await work(folder, { epochs: 1 });
    expect(done).toMatchObject({ ended: "completed" });
    const messages = said(events);
    expect(messages).toContain(`block backbone begins from ${SOURCE}: 1 of its 7 tensors`);
    expect(messages).toContain(
      `layer backbone.norm (BatchNorm2d) does not begin from ${SOURCE} but anew, because there is no weight for it there, there is no bias for it there, ` +
        "there is no runningMean for it there, there is no runningVar for it there.",
    );
    expect(readFileSync(join(folder, "runs", "0001", "log.txt"), "utf8")).toContain("layer backbone.more (Conv2d) does not begin from");
  });

  it("is refused where nothing of it fits, or there is no such network, before the data are read", async () => {
    const other = [{ id: "conv", type: "Conv2d", outChannels: 4, kernelSize: 3 }];
    expect((await work(await projectOf({ layers: other }))).done).toMatchObject({
      code: "project.invalid",
      message: expect.stringContaining(`model.layers[0]: nothing in block backbone begins from ${SOURCE}: layer backbone.conv (Conv2d)`) as string,
    });
    expect((await work(await projectOf({ pretrained: "efficientnet-lite1" }))).done).toMatchObject({
      code: "pretrained.missing",
      message: `model.blocks.backbone.pretrained: got "efficientnet-lite1", expected one of ${SOURCE}, imported/model.onnx; did you mean ${SOURCE}?`,
    });
  });

  it("shows what does not fit while it is edited, at its layer", () => {
    const wider = documentOf({
      layers: stem.map((layer) => (layer.id === "stem" ? { ...layer, outChannels: 16 } : layer)),
      groups: [{ layers: ["backbone.stem"], frozen: true }],
    });
    expect(planModel(wider, undefined).problems).toMatchObject([
      {
        path: "model.layers[0]",
        layer: "backbone",
        fault: { severity: "error", code: "pretrained" },
        message: expect.stringContaining("its weight is [16, 3, 3, 3] here and [32, 3, 3, 3] there; it is frozen, so that it stays so") as string,
      },
    ]);
    expect(planModel(documentOf(), undefined).problems).toEqual([]);
    expect(planModel(documentOf({ pretrained: "resnet" }), undefined).problems).toMatchObject([
      { path: "model.blocks.backbone.pretrained", layer: "backbone" },
    ]);
  });

  it("gives the same bytes when it is resumed, also where nothing was kept yet", async () => {
    const folder = await projectOf();
    expect((await work(folder, {}, ({ event }) => event === "run")).done).toMatchObject({ ended: "cancelled" });
    const [early, late] = [temporaryFolder(), temporaryFolder()];
    for (const copy of [early, late]) cpSync(folder, copy, { recursive: true });
    const model = ({ done }: { done: DoneEvent | LatheError }) => sha256(String((done as DoneEvent).model));
    rmSync(join(early, "runs", "0001", "checkpoint"), { recursive: true, force: true });
    await work(late, { resume: true }, ({ event }) => event === "epoch");
    expect(existsSync(join(late, "runs", "0001", "checkpoint"))).toBe(true);
    const whole = model(await work(folder, {}));
    expect([model(await work(early, { resume: true })), model(await work(late, { resume: true }))]).toEqual([whole, whole]);
  });
});

describe("a run that begins from another", () => {
  it("keeps what fits by name and shape, tells the rest, and is resumed to the same bytes", async () => {
    const folder = await projectOf();
    await work(folder, { epochs: 1 });
    write(folder, { width: 4, groups: [{ layers: ["backbone"], frozen: true }] });
    const { done, events } = await work(folder, { from: "0001" }, ({ event }) => event === "run");
    expect(done).toMatchObject({ ended: "cancelled" });
    expect(said(events)).toContain(
      "begins from run 0001: 6 of 9 tensors; not from it: hidden.weight (not there), hidden.bias (not there), head.weight ([2, 4] here, [2, 32] there)",
    );
    const { sha256: digest } = readKeptWeights(folder, "0001");
    expect(config(folder, "0002").origin).toEqual({
      pretrained: { [SOURCE]: source().sha256 },
      from: { run: "0001", sha256: digest, taken: 6, left: ["hidden.weight", "hidden.bias", "head.weight"] },
    });
    const again = await work(folder, { from: "1" });
    expect(kept(folder, "backbone.stem.weight", "0003")).toEqual(kept(folder, "backbone.stem.weight", "0001"));
    expect(kept(folder, "backbone.stem.weight", "0003")).not.toEqual([...source().tensor("stem.weight")!.read()]);
    rmSync(join(folder, "runs", "0002", "checkpoint"), { recursive: true, force: true });
    const resumed = await work(folder, { resume: "0002" });
    expect(sha256(String((resumed.done as DoneEvent).model))).toBe(sha256(String((again.done as DoneEvent).model)));
  });

  it("is refused where nothing fits, where the other has kept nothing, and where the other has changed since", async () => {
    const folder = await projectOf();
    await work(folder, { epochs: 1 });
    expect((await work(folder, { from: "0007" })).done).toMatchObject({ code: "run.missing" });
    expect((await work(folder, { resume: true, from: "0001" })).done).toMatchObject({ code: "usage" });
    await work(folder, { from: "0001" }, ({ event }) => event === "run");
    rmSync(join(folder, "runs", "0002", "checkpoint"), { recursive: true, force: true });
    expect((await work(folder, { from: "0002" })).done).toMatchObject({
      code: "run.checkpoint",
      message: "run 0002 has kept no weights yet, so that no run can begin from it",
    });
    await work(folder, { seed: 7, epochs: 1 });
    cpSync(join(folder, "runs", "0003", "checkpoint"), join(folder, "runs", "0001", "checkpoint"), { recursive: true });
    expect((await work(folder, { resume: "0002" })).done).toMatchObject({ code: "data.changed", message: expect.stringContaining("(run 0001)") as string });
    const other = documentOf();
    const renamed = {
      ...other,
      model: {
        ...other.model,
        blocks: {},
        layers: [
          { id: "all", type: "Flatten" },
          { id: "out", type: "Linear", outFeatures: "classes" },
        ],
        outputs: [{ target: "label", from: "out" }],
      },
    };
    writeFileSync(join(folder, "project.json"), JSON.stringify({ ...renamed, training: { ...renamed.training, groups: [] } }));
    expect((await work(folder, { from: "0001" })).done).toMatchObject({
      code: "usage",
      message: expect.stringContaining("nothing of run 0001 fits") as string,
    });
  });
});
