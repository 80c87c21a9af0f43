import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import type { RunEvent } from "../../../src-main/contract/events.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import { train } from "../../../src-main/training/train.js";
import { writeCreditProject } from "../../support/lathe.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

test("a stop while a run is judged is acknowledged once, and the run ends as it would have", async () => {
  const project = writeCreditProject(temporaryFolder(), { epochs: 1, batchSize: 256, optimizer: { type: "Adam", lr: 0.005 } });
  const control = new TrainingControl();
  const events: RunEvent[] = [];
  const done = await train(
    { project },
    {
      control,
      clock: () => performance.now(),
      now: () => new Date(),
      emit(event) {
        events.push(event);
        if (event.event === "stage" && event.stage.startsWith("judging on the validation")) control.stop();
      },
    },
  );
  expect(events.filter(({ event }) => event === "state")).toEqual([{ event: "state", state: "stopping" }]);
  expect(done.ended).toBe("completed");
  expect(existsSync(done.model ?? "")).toBe(true);
});
