import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { entryPath, packageRoot } from "../base/entries.js";
import { LatheError, toLatheError } from "../base/errors.js";
import type { EngineStatusView } from "../contract/settings.js";
import { probeEngines } from "./processes/engines.js";

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Lathe works without it. */
  readonly optional: boolean;
  /** What was found; where not ok, what to do, or what is used instead. */
  readonly detail: string;
}

/** Looks at everything an installation needs or can use, each with its remedy. */
export async function checkHealth(): Promise<readonly Check[]> {
  const engines = await probeEngines().catch((thrown: unknown) => toLatheError(thrown));
  return [
    { name: "node", ok: true, optional: false, detail: `${process.version} on ${process.platform} ${process.arch}` },
    attempt("engine process", () => entryPath("engine")),
    attempt("table reader", () => `DuckDB, ${createRequire(import.meta.url).resolve("@duckdb/node-api")}`),
    attempt("picture reader", () => `sharp, ${createRequire(import.meta.url).resolve("sharp")}`),
    ...(engines instanceof LatheError
      ? [{ name: "engines", ok: false, optional: false, detail: `could not be tried: ${engines.message}` }]
      : engines.map(engineCheck)),
    electron(),
    attempt("temporary folder", () => {
      accessSync(tmpdir(), constants.W_OK);
      return `${tmpdir()} can be written`;
    }),
  ];
}

/** One engine is enough; the first is the one that every installation has. */
function engineCheck(engine: EngineStatusView, i: number): Check {
  const detail = engine.available
    ? `version ${engine.version ?? "unknown"}, devices: ${engine.devices
        .filter((d) => d.available)
        .map((d) => d.name)
        .join(", ")}`
    : withRemedy(engine.name, engine.reason ?? "not available");
  return { name: `engine ${engine.name}`, ok: engine.available, optional: i > 0, detail };
}

/** TensorFlow's library is not one of the packages that Lathe installs. */
function withRemedy(engine: string, reason: string): string {
  const remedy = "npm run setup:tensorflow";
  return engine !== "tensorflow" || reason.includes(remedy) ? reason : `${reason}; its library is set up with: ${remedy}`;
}

function attempt(name: string, look: () => string): Check {
  try {
    return { name, ok: true, optional: false, detail: look() };
  } catch (thrown) {
    return { name, ok: false, optional: false, detail: toLatheError(thrown).message };
  }
}

function electron(): Check {
  const there = existsSync(join(packageRoot, "node_modules", "electron", "dist"));
  return {
    name: "desktop window",
    ok: there,
    optional: true,
    detail: there
      ? "Electron is installed"
      : "Electron's program is not here (npm start downloads it where it can); the studio opens in the browser instead: lathe serve --open",
  };
}
