import { LatheError } from "../base/errors.js";
import type { Engine, EngineStatus } from "./engine.js";
import { onnxruntimeEngine } from "./onnxruntime/index.js";
import { tensorflowEngine } from "./tensorflow/index.js";

/** Every engine that can train, in the order `auto` prefers them. */
const engines: readonly Engine[] = [onnxruntimeEngine, tensorflowEngine];

export interface EngineChoice {
  readonly engine: Engine;
  readonly status: EngineStatus;
  readonly device: string;
  /** Why, in words for the user: a GPU that is not used is never silent. */
  readonly reason: string;
}

/** What is there, what works, why not. */
export async function engineStatuses(): Promise<readonly EngineStatus[]> {
  return Promise.all(engines.map((engine) => engine.status()));
}

/** The same, each device tried: a driver that is installed may still have no card to drive. */
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

/**
 * Resolves `auto` and checks that what was asked for is there.
 * @throws LatheError `engine.unavailable` with the reason and the remedy.
 */
export async function chooseEngine(engineName: string, deviceName: string): Promise<EngineChoice> {
  const engine = engines.find(({ name }) => engineName === "auto" || name === engineName);
  if (!engine) throw new LatheError("engine.unavailable", `there is no engine ${engineName}; there are ${engines.map(({ name }) => name).join(", ")}`);
  const status = await engine.status();
  if (!status.available) throw new LatheError("engine.unavailable", `the engine ${status.name} is not available: ${status.reason ?? "unknown reason"}`);
  if (deviceName === "auto") {
    return { engine, status, device: "cpu", reason: "CPU: tables train in small steps, for which a GPU's start-up cost is larger than its gain; name another with --device" };
  }
  const device = status.devices.find(({ name }) => name === deviceName);
  if (!device) throw new LatheError("engine.unavailable", `${engine.name} has no device ${deviceName}; it has ${status.devices.map(({ name }) => name).join(", ")}`);
  if (!device.available) throw new LatheError("engine.unavailable", `the device ${deviceName} is not available: ${device.reason ?? "unknown reason"}`);
  return { engine, status, device: device.name, reason: "as asked for" };
}
