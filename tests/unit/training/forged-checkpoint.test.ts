import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../../src-main/contract/events.js";
import { loadCheckpoint } from "../../../src-main/training/runs/checkpoint.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import type { Position } from "../../../src-main/training/runs/position.js";
import { train } from "../../../src-main/training/train.js";
import { sha256, writeCreditProject } from "../../support/lathe.js";

/**
 * Checkpoints with a right checksum that no training of this run wrote. The run was stopped after its second epoch of four; what its ending left must be there
 * after each refusal.
 */
let project = "";
let whole: NonNullable<ReturnType<typeof loadCheckpoint<Position>>>;
const run = () => join(project, "runs", "0001");
const latest = () => join(run(), "checkpoint", "latest.ckpt");

const setting = (emit: (event: RunEvent) => void = () => undefined, control = new TrainingControl()) => ({
  control,
  emit,
  clock: () => performance.now(),
  now: () => new Date(),
});

beforeAll(async () => {
  project = writeCreditProject(mkdtempSync(join(tmpdir(), "lathe-forged-")), { epochs: 4, batchSize: 512, checkpointSeconds: 0 });
  const control = new TrainingControl();
  const done = await train(
    { project },
    setting((event) => {
      if (event.event === "epoch" && event.epoch === 2) control.stop();
    }, control),
  );
  expect(done.ended).toBe("stopped");
  whole = loadCheckpoint<Position>(join(run(), "checkpoint"), () => expect.unreachable())!;
  cpSync(join(project, "runs"), join(project, "untouched"), { recursive: true });
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** The file as `saveCheckpoint` writes it, of whatever it is told. */
function forge(lead: unknown, data: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(lead));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const body = Buffer.concat([Buffer.from("LATHECP1"), length, json, data]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

type Vectors = Record<string, Float32Array>;

function forged({
  header = {},
  vectors = (all) => all,
  lengths = (all) => all,
}: {
  readonly header?: Record<string, unknown>;
  readonly vectors?: (all: Vectors) => Vectors;
  readonly lengths?: (all: [string, unknown][]) => [string, unknown][];
}): Buffer {
  const all = Object.entries(vectors({ ...whole.vectors }));
  return forge(
    { header: { ...whole.header, ...header }, vectors: lengths(all.map(([name, v]) => [name, v.length])) },
    Buffer.concat(all.map(([, v]) => Buffer.from(v.buffer, v.byteOffset, v.byteLength))),
  );
}

const changed = (name: string, change: (vector: Float32Array) => Float32Array) => ({
  vectors: (all: Vectors) => ({ ...all, [name]: change(all[name]!.slice()) }),
});
const filled = (value: number) => (vector: Float32Array) => vector.fill(value, 3, 4);

const forgeries: readonly (readonly [string, () => Buffer, RegExp])[] = [
  ["no header", () => forge({}, new Uint8Array()), /its header cannot be read/],
  ["a header that is null", () => forge(null, new Uint8Array()), /its header cannot be read/],
  ["a header of another shape", () => forge({ header: { epoch: "two" }, vectors: [] }, new Uint8Array()), /does not say where training stands/],
  [
    "a header that ends behind the file",
    () => {
      const bytes = forge({}, new Uint8Array());
      bytes.writeUInt32LE(0xffffffff, 8);
      const body = bytes.subarray(0, -32);
      return Buffer.concat([body, createHash("sha256").update(body).digest()]);
    },
    /its header cannot be read/,
  ],
  [
    "no JSON",
    () => {
      const body = Buffer.from("LATHECP1\u0004\0\0\0{[[[", "latin1");
      return Buffer.concat([body, createHash("sha256").update(body).digest()]);
    },
    /its header cannot be read/,
  ],
  ["a vector of negative length", () => forged({ lengths: ([first, ...rest]) => [[first![0], -5], ...rest] }), /its header cannot be read/],
  ["a vector of half a number", () => forged({ lengths: ([first, ...rest]) => [[first![0], 0.5], ...rest] }), /its header cannot be read/],
  ["a vector as long as no memory is", () => forged({ lengths: ([first, ...rest]) => [[first![0], 2 ** 50], ...rest] }), /its header tells of/],
  [
    "one vector twice",
    () =>
      forge(
        {
          header: whole.header,
          vectors: [
            ["a", 1],
            ["a", 1],
          ],
        },
        new Uint8Array(8),
      ),
    /one vector twice/,
  ],
  ["no vectors", () => forged({ vectors: () => ({}) }), /"all parameters" holds no numbers, expected \d+/],
  [
    "a shorter vector",
    () => forged(changed("all parameters", (v) => v.subarray(1))),
    /"all parameters" holds \d+ numbers, expected \d+: it is of another network/,
  ],
  [
    "a vector of the prototype's name",
    () => forged({ vectors: (all) => Object.fromEntries([...Object.entries(all), ["__proto__", new Float32Array(2)]]) }),
    /"__proto__", which this run has not/,
  ],
  ["a weight that is no number", () => forged(changed("all parameters", filled(NaN))), /"all parameters" holds NaN/],
  ["a weight without bound", () => forged(changed("best parameters", filled(Infinity))), /"best parameters" holds Infinity/],
  [
    "an optimizer's NaN",
    () =>
      forged(
        changed(
          Object.keys(whole.vectors).find((name) => name.startsWith("slot "))!,
          filled(NaN),
        ),
      ),
    /"slot .*" holds NaN/,
  ],
  ["an epoch beyond the end", () => forged({ header: { epoch: 9, steps: 8 * 7 } }), /stands in epoch 9, step 0, of 4 epochs/],
  ["epoch 0", () => forged({ header: { epoch: 0 } }), /does not say where training stands: epoch/],
  ["a negative step", () => forged({ header: { step: -1 } }), /does not say where training stands: step/],
  ["a step beyond its epoch", () => forged({ header: { step: 1000, steps: 1000 } }), /stands at step 1000 of an epoch of 7/],
  ["other steps than its epochs had", () => forged({ header: { steps: 3 } }), /counts 3 steps at epoch 3, step 0, where 14 are done/],
  ["an end before the end", () => forged({ header: { ended: "completed" } }), /training has ended, in epoch 3 of 4/],
  ["an end of a kind this run has not", () => forged({ header: { ended: "early-stopping" } }), /stopped early, which this run does not do/],
  ["a best epoch that is to come", () => forged({ header: { bestEpoch: 4 } }), /its best epoch is 4, in epoch 3/],
  ["losses of more targets", () => forged({ header: { sums: { ...whole.header.sums, losses: [0, 0, 0] } } }), /losses of 3 targets, expected 1/],
  ["another diagnosis", () => forged({ header: { diagnosis: { sums: [], count: 0 } } }), /0 figures of the diagnosis/],
  ["another schedule", () => forged({ header: { schedule: { velocity: 3 } } }), /its schedule has/],
  ["a negative length of the metrics", () => forged({ header: { metricsBytes: -4 } }), /does not say where training stands: metricsBytes/],
  ["divisors", () => forged({ header: { divisors: [1] } }), /holds 1 divisors of losses, expected none/],
];

test.each(forgeries)(
  "%s is refused with what is wrong, and the run keeps what it had",
  async (_, make, sentence) => {
    rmSync(join(project, "runs"), { recursive: true });
    cpSync(join(project, "untouched"), join(project, "runs"), { recursive: true });
    rmSync(join(run(), "checkpoint", "previous.ckpt"), { force: true });
    writeFileSync(latest(), make());
    const model = sha256(join(run(), "model.onnx"));
    const report = readFileSync(join(run(), "report.json"), "utf8");
    const resumed = train({ project, resume: "0001" }, setting());
    await expect(resumed).rejects.toMatchObject({ code: "run.checkpoint" });
    await expect(resumed).rejects.toThrow(sentence);
    await expect(resumed).rejects.toThrow(/no checkpoint is whole .*; start the run anew, without --resume/);
    expect([sha256(join(run(), "model.onnx")), readFileSync(join(run(), "report.json"), "utf8")]).toEqual([model, report]);
    expect(() => readFileSync(join(run(), "lock"))).toThrow("ENOENT");
  },
  30_000,
);

test("the one before is resumed from where the last is forged", async () => {
  rmSync(join(project, "runs"), { recursive: true });
  cpSync(join(project, "untouched"), join(project, "runs"), { recursive: true });
  writeFileSync(latest(), forged(changed("all parameters", filled(NaN))));
  const events: RunEvent[] = [];
  const done = await train(
    { project, resume: "0001" },
    setting((event) => events.push(event)),
  );
  expect(done.ended).toBe("completed");
  expect(events).toContainEqual({
    event: "log",
    level: "warning",
    message: expect.stringMatching(/latest\.ckpt is damaged \("all parameters" holds NaN\); resuming from the one before/),
  });
});
