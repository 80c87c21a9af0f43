import { readdirSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { toLatheError } from "../../../src-main/base/errors.js";
import { checkHealth } from "../../../src-main/services/doctor.js";
import { setUpTensorflow } from "../../../src-main/services/setup-tensorflow.js";
import { closedPort, setupEnvironment, silentRegistry } from "../../support/registries.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

afterEach(() => vi.unstubAllEnvs());

function surroundings(home: string, registry: string): void {
  for (const [name, value] of Object.entries(setupEnvironment(home, registry))) vi.stubEnv(name, value);
}

test("a setup that fails says what it tried and rejects with the script's own paragraph", async () => {
  const home = temporaryFolder();
  surroundings(home, await closedPort());
  const stages: string[] = [];
  const error = toLatheError(await setUpTensorflow((stage) => stages.push(stage), new AbortController().signal).catch((thrown: unknown) => thrown));
  expect(error.code).toBe("engine.unavailable");
  expect(error.message).toMatch(/^TensorFlow could not be set up: @tensorflow\/tfjs-node could not be installed: the npm registry cannot be reached/);
  expect(stages).toContain("Installing @tensorflow/tfjs-node 4.22.0 with npm …");
});

test("a setup that is called off ends with everything it started, and leaves nothing", async () => {
  const home = temporaryFolder();
  const registry = await silentRegistry();
  surroundings(home, registry.address);
  const abort = new AbortController();
  const ended = setUpTensorflow(() => undefined, abort.signal).catch((thrown: unknown) => thrown);
  await registry.asked;
  abort.abort();
  expect(toLatheError(await ended).code).toBe("cancelled");
  expect(readdirSync(home).filter((name) => name !== "npm")).toEqual([]);
  registry.close();
});

test("one that was called off before it began does not begin", async () => {
  const home = temporaryFolder();
  surroundings(home, await closedPort());
  expect(toLatheError(await setUpTensorflow(() => undefined, AbortSignal.abort()).catch((thrown: unknown) => thrown)).code).toBe("cancelled");
  expect(readdirSync(home)).toEqual([]);
});

test("where Lathe brings no Node and none is found it says what to install", async () => {
  const home = temporaryFolder();
  surroundings(home, await closedPort());
  vi.stubEnv("npm_node_execpath", `${home}/no-node`);
  // As in Electron, whose program runs neither npm nor node-gyp.
  Object.defineProperty(process.versions, "electron", { value: "45.4.1", configurable: true, enumerable: true });
  try {
    const error = toLatheError(await setUpTensorflow(() => undefined, new AbortController().signal).catch((thrown: unknown) => thrown));
    expect(error.code).toBe("engine.unavailable");
    expect(error.message).toContain("Install Node with its npm (https://nodejs.org)");
    expect(error.message).toContain(`${home}/tensorflow`);
  } finally {
    Reflect.deleteProperty(process.versions, "electron");
  }
});

test("doctor names the remedy where TensorFlow is not there", async () => {
  vi.stubEnv("LATHE_TENSORFLOW", temporaryFolder());
  vi.stubEnv("LATHE_TENSORFLOW_SLOW", "");
  const check = (await checkHealth()).find(({ name }) => name === "engine tensorflow");
  expect(check).toMatchObject({ ok: false, optional: true, detail: expect.stringContaining("npm run setup:tensorflow") });
});
