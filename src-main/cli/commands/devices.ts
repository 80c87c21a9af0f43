import type { Command } from "commander";
import { engineStatuses } from "../../engines/index.js";
import { checkHealth } from "../../services/doctor.js";
import { createOutput, table } from "../output.js";

interface Options {
  readonly json?: boolean;
}

export function addDevices(program: Command): void {
  program.command("engines").description("what can train here").action(async ({ json = false }: Options) => {
    const output = createOutput(json);
    const engines = await engineStatuses();
    output.line(table(["engine", "available", "version", "why not"], engines.map((e) => [e.name, e.available ? "yes" : "no", e.version ?? "", e.reason ?? ""])));
    output.event({ event: "engines", engines });
  });

  program.command("devices").description("processors and graphics cards that can be used").action(async ({ json = false }: Options) => {
    const output = createOutput(json);
    const engines = await engineStatuses();
    const devices = engines.flatMap((e) => e.devices.map((device) => ({ engine: e.name, ...device })));
    output.line(table(["device", "engine", "available", "why not"], devices.map((d) => [d.name, d.engine, d.available ? "yes" : "no", d.reason ?? ""])));
    output.event({ event: "devices", devices });
  });

  program.command("doctor").description("check this installation, with remedies").action(async ({ json = false }: Options) => {
    const output = createOutput(json);
    const checks = await checkHealth();
    for (const { name, ok, detail } of checks) output.line(`${ok ? "ok   " : "NOT  "} ${name}: ${detail}`);
    output.event({ event: "doctor", checks });
  });
}
