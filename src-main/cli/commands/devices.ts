import type { Command } from "commander";
import { LatheError } from "../../base/errors.js";
import { type Check, checkHealth } from "../../services/doctor.js";
import { probeEngines } from "../../services/processes/engines.js";
import { createOutput } from "../output.js";

interface Options {
  readonly json?: boolean;
}

export function configureEngines(command: Command): void {
  command.action(async ({ json = false }: Options) => {
    const output = createOutput(json);
    const engines = await probeEngines();
    output.table(
      ["engine", "available", "version", "why not"],
      engines.map((e) => [e.name, yesNo(e.available), e.version ?? "", e.reason ?? ""]),
    );
    output.event({ event: "engines", engines });
  });
}

export function configureDevices(command: Command): void {
  command.action(async ({ json = false }: Options) => {
    const output = createOutput(json);
    const engines = await probeEngines();
    const devices = engines.flatMap((e) => e.devices.map((device) => ({ engine: e.name, ...device })));
    output.table(
      ["device", "engine", "available", "why not"],
      devices.map((d) => [d.name, d.engine, yesNo(d.available), d.reason ?? ""]),
    );
    output.event({ event: "devices", devices });
  });
}

export function configureDoctor(command: Command): void {
  command.action(async ({ json = false }: Options) => {
    const output = createOutput(json);
    const checks = await checkHealth();
    for (const check of checks) output.line(`${verdict(check).padEnd(9)} ${check.name}: ${check.detail}`);
    output.event({ event: "doctor", checks });
    const broken = checks.filter((check) => !check.ok && !check.optional);
    if (broken.length > 0)
      throw new LatheError("engine.unavailable", `this installation cannot train: ${broken.map(({ name }) => name).join(", ")}; see above`);
  });
}

function verdict({ ok, optional }: Check): string {
  if (ok) return "ok";
  return optional ? "optional" : "MISSING";
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}
