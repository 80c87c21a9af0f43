import { effectScope } from "vue";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { LatheError } from "../../../src-main/base/errors.js";
import type { EpochEvent, RunEvent } from "../../../src-main/contract/events.js";
import type { RunMetrics } from "../../../src-main/contract/summaries.js";
import type { Observer } from "../../../src-main/rpc/types.js";
import type { StudioClient } from "../../../src-renderer/rpc/studio.js";
import { createEpochColumns } from "../../../src-renderer/figures/epoch-columns.js";
import { createRunFollower } from "../../../src-renderer/fetching/run-follower.js";
import { plausibleEpochs } from "../../support/run-on-disk.js";

const [one] = plausibleEpochs(1) as [EpochEvent];
const epochAt = (epoch: number, seconds = 2): EpochEvent => ({ ...one, epoch, seconds, best: epoch === 1 });
const epochs = (from: number, to: number): EpochEvent[] => Array.from({ length: to - from + 1 }, (_, i) => epochAt(from + i));
const pastTo = (last: number): RunMetrics => ({ epochs: epochs(1, last), seconds: 2 * last, damagedLines: 0, warnings: [] });

const settle = () => new Promise((resolve) => setTimeout(resolve));

/** What a browser would call at its next frame. */
let frames: (() => void)[] = [];
beforeEach(() => {
  frames = [];
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => frames.push(draw));
  vi.stubGlobal("cancelAnimationFrame", () => undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
});

interface Reading {
  answer(past: RunMetrics): void;
  refuse(error: Error): void;
}

/** A host that answers and tells when it is told to. */
function host() {
  const readings: Reading[] = [];
  const observers: Observer<RunEvent>[] = [];
  const metrics = () => new Promise<RunMetrics>((resolve, reject) => readings.push({ answer: resolve, refuse: reject }));
  const client = {
    procedures: { runs: { metrics } },
    subscribe: (_name: string, _run: unknown, observer: Observer<RunEvent>) => {
      observers.push(observer);
      return { dispose: () => undefined };
    },
  } as unknown as StudioClient;
  const scope = effectScope();
  onTestFinished(() => scope.stop());
  const follower = scope.run(() =>
    createRunFollower(
      client,
      () => undefined,
      () => undefined,
    ),
  );
  if (!follower) throw new Error("no scope");
  follower.show({ project: "/p", run: "0001" });
  return {
    follower,
    readings,
    tell: async (...events: readonly RunEvent[]) => {
      for (const event of events) observers.at(-1)?.next(event);
      for (const draw of frames.splice(0)) draw();
      await settle();
    },
    reconnect: () => observers.at(-1)?.resumed?.(),
  };
}
describe("the time that a run has taken", () => {
  it("is that of its past and of what is heard after", async () => {
    const { follower, readings, tell } = host();
    readings[0]?.answer(pastTo(100));
    await settle();
    expect(follower.elapsed.value).toBe(200);
    await tell(...epochs(101, 103));
    expect(follower.elapsed.value).toBe(206);
  });

  it("counts once what is heard before the past is read and stands in it too", async () => {
    const { follower, readings, tell } = host();
    await tell(...epochs(99, 102));
    expect(follower.elapsed.value).toBe(8);
    readings[0]?.answer(pastTo(100));
    await settle();
    expect(follower.elapsed.value).toBe(204);
    await tell(...epochs(100, 103));
    expect(follower.elapsed.value).toBe(206);
    expect(follower.epochs.value.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 103 }, (_, i) => i + 1));
  });

  it("counts what the past already knows more of than was heard", async () => {
    const { follower, readings, tell } = host();
    await tell(epochAt(50));
    readings[0]?.answer(pastTo(100));
    await settle();
    await tell(...epochs(51, 100));
    expect(follower.elapsed.value).toBe(200);
  });

  it("stays right over a reconnection, with what was missed", async () => {
    const { follower, readings, tell, reconnect } = host();
    readings[0]?.answer(pastTo(10));
    await settle();
    await tell(...epochs(11, 20));
    reconnect();
    await tell(...epochs(31, 33));
    readings[1]?.answer(pastTo(31));
    await settle();
    expect(follower.elapsed.value).toBe(66);
    await tell(epochAt(34));
    expect(follower.elapsed.value).toBe(68);
  });

  it("is that of the newest reading where one overtakes another", async () => {
    const { follower, readings, tell, reconnect } = host();
    reconnect();
    await tell(epochAt(31));
    readings[0]?.answer(pastTo(20));
    await settle();
    readings[1]?.answer(pastTo(30));
    await settle();
    expect(follower.elapsed.value).toBe(62);
  });

  it("is at least what was heard where the past cannot be read", async () => {
    const { follower, readings, tell } = host();
    await tell(epochAt(5));
    readings[0]?.refuse(new LatheError("run.missing", "gone"));
    await settle();
    await tell(epochAt(6));
    expect(follower.elapsed.value).toBe(4);
  });

  it("is another run's own", async () => {
    const { follower, readings, tell } = host();
    readings[0]?.answer(pastTo(100));
    await settle();
    follower.show({ project: "/p", run: "0002" });
    expect(follower.elapsed.value).toBe(0);
    await tell(epochAt(1));
    readings[1]?.answer(pastTo(1));
    await settle();
    expect(follower.elapsed.value).toBe(2);
  });
});

it("a run of any length is held as some thousand epochs, whose columns are theirs", async () => {
  const { follower, readings, tell } = host();
  const columns = createEpochColumns();
  readings[0]?.answer(pastTo(1000));
  await settle();
  for (let from = 1001; from <= 100_000; from += 500) {
    await tell(...epochs(from, from + 499).filter(({ epoch }) => epoch <= 100_000));
    columns.update(follower.epochs.value);
    expect(follower.epochs.value.length).toBeLessThanOrEqual(20_000);
  }
  expect(follower.elapsed.value).toBe(200_000);
  const held = follower.epochs.value.map(({ epoch }) => epoch);
  expect([held[0], held.at(-1)]).toEqual([1, 100_000]);
  expect(columns.epoch).toEqual(held);
  expect(columns.seconds()).toHaveLength(held.length);
});
