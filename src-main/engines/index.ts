import { LatheError } from "../base/errors.js";
import type { Engine, EngineName, EngineStatus } from "./engine.js";
import { onnxruntimeEngine } from "./onnxruntime/index.js";
import { tensorflowEngine } from "./tensorflow/index.js";

/** Every engine that can train, in the order `auto` prefers them. */
const engines: readonly Engine[] = [onnxruntimeEngine, tensorflowEngine];

/**
 * Runs exported files and makes training data, whatever engine trains: what a file is compared with has to be the runtime that its users will have,
 * and rows that are encoded by one engine only leave a run free to move to another.
 */
export const fileEngine: Engine = onnxruntimeEngine;

export interface EngineChoice {
  readonly engine: Engine;
  readonly status: EngineStatus;
  readonly device: string;
  /** Why, in words for the user: a GPU that is not used is never silent. */
  readonly reason: string;
}

/** What is there, what works, why not, each device tried: a driver that is installed may still have no card to drive. */
export async function probeEngines(): Promise<readonly EngineStatus[]> {
  const probed = engines.map(async (engine): Promise<EngineStatus> => {
    const status = await engine.status();
    const devices = [];
    for (const device of status.devices) {
      const reason = device.available ? await engine.probe(device.name) : undefined;
      devices.push(reason === undefined ? device : { ...device, available: false, reason });
    }
    return { ...status, devices };
  });
  return Promise.all(probed);
}

/** An engine on one of its devices, by what is installed: nothing of it has been loaded or tried. */
export interface EngineCandidate {
  readonly engine: EngineName;
  readonly device: string;
  /** Changes whenever what is installed does. */
  readonly version: string;
}

/** All that fits a wish, in the order in which `auto` prefers them. Quick and harmless, so that work too short for a trial pays for none. */
export async function engineCandidates(engineName: string, deviceName: string): Promise<readonly EngineCandidate[]> {
  const wanted = engines.filter(({ name }) => engineName === "auto" || name === engineName);
  const installed = await Promise.all(wanted.map(async (engine) => ({ engine: engine.name, ...(await engine.installed()) })));
  return installed.flatMap(({ engine, devices, version }) =>
    devices.filter((device) => deviceName === "auto" || device === deviceName).map((device) => ({ engine, device, version })),
  );
}

/**
 * Resolves `auto` without trying anything, to the first that is there, and checks that what was asked for is there.
 * @throws LatheError `engine.unavailable` with the reason and the remedy.
 */
export async function chooseEngine(engineName: string, deviceName: string): Promise<EngineChoice> {
  const wanted = engines.filter(({ name }) => engineName === "auto" || name === engineName);
  let refusal: string | undefined;
  for (const engine of wanted) {
    const status = await engine.status(); // of the others only where this one does not do: it may load a library
    const device = status.devices.find(({ name, available }) => name === deviceName || (deviceName === "auto" && available));
    if (status.available && device?.available)
      return { engine, status, device: device.name, reason: deviceName === "auto" ? "the first that is available" : "as asked for" };
    if (!status.available) refusal ??= `the engine ${status.name} is not available: ${status.reason ?? "unknown reason"}`;
    else if (!device) refusal ??= `${engine.name} has no device ${deviceName}; it has ${status.devices.map(({ name }) => name).join(", ")}`;
    else refusal ??= `the device ${deviceName} is not available: ${device.reason ?? "unknown reason"}`;
  }
  throw new LatheError("engine.unavailable", refusal ?? `there is no engine ${engineName}; there are ${engines.map(({ name }) => name).join(", ")}`);
}
