import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { launchChildProcess } from "../../../../src-main/services/processes/engine-link.js";
import { createModelServers } from "../../../../src-main/services/models/model-servers.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

it("a question that is not answered in time is refused, its process ended, and the next one has another process", async () => {
  const model = join(temporaryFolder(), "model.onnx");
  writeFileSync(model, "no model");
  const pids: number[] = [];
  const servers = createModelServers({
    deadline: 1500,
    launch() {
      const link = launchChildProcess({ quiet: true });
      pids.push(link.pid ?? 0);
      // The first stands still, as one that computes for ever.
      if (pids.length === 1) process.kill(link.pid ?? 0, "SIGSTOP");
      return link;
    },
  });
  await expect(servers.ask(model, { kind: "layers" })).rejects.toMatchObject({
    code: "engine.failed",
    message: `the model ${model} did not answer within 1.5 s, so its process was ended; ask again, or train a smaller network`,
  });
  await expect
    .poll(() => {
      try {
        return process.kill(pids[0] ?? 0, 0);
      } catch {
        return false;
      }
    })
    .toBe(false);
  await expect(servers.ask(model, { kind: "layers" })).rejects.toMatchObject({ code: expect.stringMatching(/^(graph\.invalid|engine\.failed)$/) as unknown });
  expect(pids).toHaveLength(2);
  servers.close();
});
