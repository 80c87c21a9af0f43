import { LatheError } from "../base/errors.js";
import type { Engine, EngineStatus } from "./engine.js";
import { onnxruntimeEngine } from "./onnxruntime/index.js";

/** Every engine that can train, in the order `auto` prefers them. */
const engines: readonly Engine[] = [onnxruntimeEngine];

/** Engines a project may name that this version does not have. */
const absent: readonly EngineStatus[] = [
  { name: "tensorflow", available: false, reason: "this version of Lathe trains with ONNX Runtime only; set engine to auto or onnxruntime", devices: [] },
];

export interface EngineChoice {
  readonly engine: Engine;
  readonly status: EngineStatus;
  readonly device: string;
  /** Why, in words for the user: a GPU that is not used is never silent. */
  readonly reason: string;
}

/** What is there, what works, why not. */
export async function engineStatuses(): Promise<readonly EngineStatus[]> {
  return [...(await Promise.all(engines.map((engine) => engine.status()))), ...absent];
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
  return [...(await Promise.all(probed)), ...absent];
}

/**
 * What fits the wish, by what is installed: `auto` leaves a part of it open. The first is what is used unless another proves quicker; no device has been tried yet.
 * @throws LatheError `engine.unavailable` with the reason and the remedy, where nothing fits.
 */
export async function engineCandidates(engineName: string, deviceName: string): Promise<readonly [EngineChoice, ...EngineChoice[]]> {
  const missing = absent.find(({ name }) => name === engineName);
  if (missing) throw new LatheError("engine.unavailable", `the engine ${engineName} is not available: ${missing.reason ?? "unknown reason"}`);
  const wanted = engines.filter(({ name }) => engineName === "auto" || name === engineName);
  if (wanted.length === 0) throw new LatheError("engine.unavailable", `there is no engine ${engineName}; there are ${engines.map(({ name }) => name).join(", ")}`);
  const found: EngineChoice[] = [];
  const refusals: string[] = [];
  for (const engine of wanted) {
    const status = await engine.status();
    const devices = status.devices.filter(({ name }) => deviceName === "auto" || name === deviceName);
    if (!status.available) refusals.push(`the engine ${status.name} is not available: ${status.reason ?? "unknown reason"}`);
    else if (devices.length === 0) refusals.push(`${engine.name} has no device ${deviceName}; it has ${status.devices.map(({ name }) => name).join(", ")}`);
    else refusals.push(...devices.filter((device) => !device.available).map(({ name, reason }) => `the device ${name} is not available: ${reason ?? "unknown reason"}`));
    if (status.available) found.push(...devices.filter((device) => device.available).map((device) => ({ engine, status, device: device.name, reason: reasonOf(deviceName) })));
  }
  const [first, ...others] = found;
  if (!first) throw new LatheError("engine.unavailable", refusals[0] ?? "there is no engine");
  return [first, ...others];
}

/**
 * Resolves `auto` without trying anything, for work too short to try, and checks that what was asked for is there.
 * @throws LatheError `engine.unavailable` with the reason and the remedy.
 */
export async function chooseEngine(engineName: string, deviceName: string): Promise<EngineChoice> {
  const [first] = await engineCandidates(engineName, deviceName);
  return first;
}

function reasonOf(deviceName: string): string {
  return deviceName === "auto" ? "CPU: tables train in small steps, for which a GPU's start-up cost is larger than its gain; name another with --device" : "as asked for";
}
