import { expect, onTestFinished, test } from "vitest";
import { type EngineLink, forkProcess, launchChildProcess, runInEngine } from "../../../../src-main/services/processes/engine-link.js";

/** As `node --import` takes it: the child hangs up at once, and never ends by itself. */
const DEAF = "data:text/javascript,process.disconnect();setInterval(()=>{},1e6);await new Promise(()=>{})";

/** @returns how the process ended, in words */
const endOf = (link: EngineLink) => new Promise<string>((resolve) => link.onExit(resolve));

test("a process that cannot be given its work is ended, and whoever waits is told why", async () => {
  let link: EngineLink | undefined;
  let end: Promise<string> | undefined;
  const launch = () => {
    link = launchChildProcess();
    end = endOf(link);
    onTestFinished(() => link?.kill());
    return link;
  };
  // Functions go to no other process.
  const { result } = runInEngine({ kind: "train", project: (() => "") as never }, () => undefined, launch);
  await expect(result).rejects.toMatchObject({ message: expect.stringContaining("could not be cloned") });
  expect(await end).toBe("signal SIGKILL");
});

test("a process that hears nothing any more is ended by the next word to it", async () => {
  const link: EngineLink = forkProcess("engine", { node: ["--import", DEAF] });
  onTestFinished(() => link.kill());
  let how = "";
  void endOf(link).then((words) => (how = words));
  // The first words may still find the line open.
  await expect.poll(() => (link.send({ type: "control", action: "cancel" }), how)).toBe("signal SIGKILL");
});
