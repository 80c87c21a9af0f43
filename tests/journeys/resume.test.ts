import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Random } from "../../src-main/base/random.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { creditLayers, killAll, last, lathe, sha256, startLathe, writeCreditProject } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** Everything that has state: dropout, batch norm, Adam, a schedule by step, early stopping, mid-epoch checkpoints. */
const layers: ProjectInput["model"]["layers"] = [...creditLayers.slice(0, 3), { id: "drop", type: "Dropout", p: 0.2 }, ...creditLayers.slice(3)];
const training: ProjectInput["training"] = {
  epochs: 24,
  batchSize: 4,
  optimizer: { type: "Adam", lr: 0.005, amsgrad: true },
  clipGradNorm: 1,
  schedule: { type: "OneCycleLR", maxLr: 0.01 },
  earlyStopping: { patience: 20 },
  checkpointSeconds: 0.05,
};

/** What is carried beside: weights that are not trained, groups that learn in their own way, the uncertainty of a loss. */
const grouped: ProjectInput["training"] = {
  ...training,
  combine: "uncertainty",
  groups: [
    { layers: [creditLayers[0]!.id, creditLayers[1]!.id], frozen: true },
    { layers: [creditLayers.at(-1)!.id], lr: 0.5, weightDecay: 0.01 },
  ],
};

const yes = { name: "Good", type: "binary", column: "Good" } as const;
/** Beside each sample two others are drawn. */
const point = { name: "Good", type: "embedding", column: "Good", dimensions: 1 } as const;

describe("a run killed at any moment", () => {
  const kinds = [
    ["frozen layers, groups, and learned uncertainty", grouped, yes],
    ["all layers alike", training, yes],
    ["samples that are drawn for triplets", training, point],
  ] as const;
  const title = "resumes, however often it is killed, to the very bytes of a run that was never interrupted: %s";
  it.each(kinds.slice(0, 1))(title, (...kind) => resumes(...kind));
  it.each(kinds.slice(1))(title, { tags: ["long"] }, (...kind) => resumes(...kind));

  async function resumes(_: string, training: ProjectInput["training"], target: typeof yes | typeof point): Promise<void> {
    const whole = writeCreditProject(temporaryFolder(), training, layers, target);
    const uninterrupted = await lathe("train", whole, "--json");
    expect(uninterrupted.code, uninterrupted.stderr).toBe(0);
    const expected = sha256(String(last(uninterrupted.events, "done")["model"]));

    const kept = (project: string) => ["validation.bin", "test.bin"].map((name) => sha256(join(project, "runs", "0001", "predictions", name)));

    const folder = writeCreditProject(temporaryFolder(), training, layers, target);
    const random = new Random(Date.now());
    let kills = 0;
    let midEpoch = 0;
    for (let attempt = 0; ; attempt++) {
      const started = existsSync(join(folder, "runs", "0001", "config.json"));
      // What was computed of frozen layers may be deleted at any time.
      if (random.below(2) === 0) rmSync(join(folder, ".lathe", "cache", "features"), { recursive: true, force: true });
      const limit = 150 + random.below(900);
      let timer: NodeJS.Timeout | undefined;
      const command = startLathe(["train", folder, ...(started ? ["--resume"] : []), "--json"], ({ event, resumedFrom }) => {
        if (event !== "run") return;
        if (resumedFrom && (resumedFrom as { step: number }).step > 0) midEpoch++;
        // The last attempts run through, so that a slow machine comes to an end.
        if (attempt < 6)
          timer = setTimeout(() => {
            kills++;
            killAll(command);
          }, limit);
      });
      const { code, stderr, events } = await command.result;
      clearTimeout(timer);
      if (code === 0) {
        expect(sha256(String(last(events, "done")["model"]))).toBe(expected);
        expect(kept(folder)).toEqual(kept(whole));
        break;
      }
      expect(code, stderr).toBeNull();
    }
    expect(kills, "no attempt was killed: the run is too short for this test").toBeGreaterThan(0);
    expect(midEpoch, "no attempt resumed in mid-epoch").toBeGreaterThan(0);
    const epochs = readFileSync(join(folder, "runs", "0001", "metrics.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { epoch: number }).epoch);
    expect(epochs).toEqual(epochs.map((_, i) => i + 1));
  }

  it("resumes from the checkpoint before, where the last one is damaged", async () => {
    const folder = writeCreditProject(temporaryFolder(), { ...training, epochs: 200 }, layers);
    const command = startLathe(["train", folder, "--json"], ({ event, epoch }) => {
      if (event === "epoch" && epoch === 3) killAll(command);
    });
    await command.result;
    const checkpoint = join(folder, "runs", "0001", "checkpoint", "latest.ckpt");
    const { writeFileSync } = await import("node:fs");
    writeFileSync(checkpoint, readFileSync(checkpoint).subarray(0, 100));
    const resumed = startLathe(["train", folder, "--resume", "--json"], ({ event }) => {
      if (event === "epoch") killAll(resumed);
    });
    const { events } = await resumed.result;
    expect(events.map((e) => e["message"])).toContainEqual(expect.stringMatching(/latest.ckpt is damaged .*; resuming from the one before/));
    expect(last(events, "run")["resumedFrom"]).toBeDefined();
  });
});

describe("the same project and seed", () => {
  it("give the same bytes, another seed gives others", async () => {
    const model = async (seed: string) => {
      const folder = writeCreditProject(temporaryFolder(), { ...training, epochs: 1 }, layers);
      const { events, stderr, code } = await lathe("train", folder, "--seed", seed, "--json");
      expect(code, stderr).toBe(0);
      return sha256(String(last(events, "done")["model"]));
    };
    const [first, second, other] = [await model("3"), await model("3"), await model("4")];
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });
});
