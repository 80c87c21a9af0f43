import { describe, expect, it } from "vitest";
import { type JsonEvent, killAll, last, lathe, startLathe, writeCreditProject } from "../../support/lathe.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { tensorflowUnderTest } from "../../support/tensorflow.js";

const { version } = await tensorflowUnderTest();

/** The engine process takes the library, or the leave to be slow, from the environment of the test. */
const credit = (epochs: number, batchSize: number): string =>
  writeCreditProject(temporaryFolder(), { epochs, batchSize, optimizer: { type: "Adam", lr: 0.005 }, checkpointSeconds: 0.05 });

const metrics = (events: readonly JsonEvent[]) => last(events, "done")["test"] as Readonly<Record<string, number>>;

describe("the bundled credit sample", () => {
  it("reaches the same metrics on both engines, closer than two seeds on one", async () => {
    const folder = credit(4, 64);
    const run = async (engine: string, seed: number) => {
      const { code, stderr, events } = await lathe("train", folder, "--engine", engine, "--seed", String(seed), "--json");
      expect(code, stderr).toBe(0);
      expect(last(events, "run")).toMatchObject({ engine, ...(engine === "tensorflow" ? { engineVersion: version } : {}) });
      return metrics(events);
    };
    const ours = [await run("onnxruntime", 1), await run("onnxruntime", 2), await run("onnxruntime", 3)];
    const theirs = await run("tensorflow", 1);
    for (const metric of ["loss", "Good.accuracy", "Good.auroc"]) {
      const noise = Math.max(...ours.map((m) => m[metric]!)) - Math.min(...ours.map((m) => m[metric]!));
      console.log(
        `${metric}: onnxruntime ${ours.map((m) => m[metric]!.toFixed(4)).join(", ")} by seed; tensorflow ${theirs[metric]!.toFixed(4)} with the first`,
      );
      expect(Math.abs(theirs[metric]! - ours[0]![metric]!), metric).toBeLessThanOrEqual(noise);
    }
  });
});

describe("a run that one engine began", () => {
  it.each([
    ["onnxruntime", "tensorflow"],
    ["tensorflow", "onnxruntime"],
  ])("on %s is killed, and resumes with %s from the checkpoint, which says so", async (first, second) => {
    const folder = credit(40, 512);
    const begun = startLathe(["train", folder, "--engine", first, "--json"], (event) => {
      if (event.event === "epoch" && event["epoch"] === 3) killAll(begun);
    });
    await begun.result;
    const resumed = await lathe("train", folder, "--resume", "--engine", second, "--json");
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(last(resumed.events, "run")).toMatchObject({ engine: second, resumedFrom: { epoch: expect.any(Number) as unknown } });
    const said = resumed.events.filter(({ event }) => event === "log").map((event) => String(event["message"]));
    expect(said).toContainEqual(expect.stringMatching(new RegExp(`run 0001 began with ${first} .* resumes with ${second} .* as asked for`)));
    // What was learnt before came over: its first epoch is that of a run which the first engine was left alone with, where a fresh start would be elsewhere.
    const resumedEpoch = resumed.events.find(({ event }) => event === "epoch")!;
    const { events } = await lathe("train", credit(Number(resumedEpoch["epoch"]), 512), "--engine", first, "--json");
    const same = events.find(({ event, epoch }) => event === "epoch" && epoch === resumedEpoch["epoch"])!;
    const [got, wanted, fresh] = [
      resumedEpoch,
      same,
      last(
        events.filter(({ epoch }) => epoch === 1),
        "epoch",
      ),
    ].map(({ train }) => (train as { readonly loss: number }).loss) as [number, number, number];
    expect(Math.abs(got - wanted)).toBeLessThan(1e-3);
    if (resumedEpoch["epoch"] !== 1) expect(Math.abs(fresh - wanted)).toBeGreaterThan(1e-2);
  });

  it("on tensorflow is killed, and a fresh process ends in the same bytes as one that was left alone", async () => {
    const folder = credit(12, 512);
    const begun = startLathe(["train", folder, "--engine", "tensorflow", "--json"], (event) => {
      if (event.event === "epoch") killAll(begun);
    });
    await begun.result;
    const resumed = await lathe("train", folder, "--resume", "--json");
    expect(resumed.code, resumed.stderr).toBe(0);
    const alone = credit(12, 512);
    const { events } = await lathe("train", alone, "--engine", "tensorflow", "--json");
    expect(metrics(resumed.events)).toEqual(metrics(events));
  });
});
