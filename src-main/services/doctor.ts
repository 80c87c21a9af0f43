import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { entryPath, packageRoot } from "../base/entries.js";
import { toLatheError } from "../base/errors.js";
import { engineStatuses } from "../engines/index.js";
import { join } from "node:path";

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found; where not ok, what to do. */
  readonly detail: string;
}

/** Looks at everything an installation needs, each with its remedy. */
export async function checkHealth(): Promise<readonly Check[]> {
  const engines = (await engineStatuses()).map((engine): Check => ({
    name: `engine ${engine.name}`,
    ok: engine.available,
    detail: engine.available ? `version ${engine.version ?? "unknown"}, devices: ${engine.devices.filter((d) => d.available).map((d) => d.name).join(", ")}` : engine.reason ?? "not available",
  }));
  return [
    { name: "node", ok: true, detail: `${process.version} on ${process.platform} ${process.arch}` },
    attempt("engine process", () => entryPath("engine")),
    attempt("table reader", () => `DuckDB, ${createRequire(import.meta.url).resolve("@duckdb/node-api")}`),
    ...engines,
    electron(),
    attempt("temporary folder", () => {
      accessSync(tmpdir(), constants.W_OK);
      return `${tmpdir()} can be written`;
    }),
  ];
}

function attempt(name: string, look: () => string): Check {
  try {
    return { name, ok: true, detail: look() };
  } catch (thrown) {
    return { name, ok: false, detail: toLatheError(thrown).message };
  }
}

function electron(): Check {
  const binary = join(packageRoot, "node_modules", "electron", "dist");
  return existsSync(binary)
    ? { name: "desktop window", ok: true, detail: "Electron is installed" }
    : { name: "desktop window", ok: false, detail: "Electron's program is not here (it is downloaded on first use); the studio opens in the browser instead: lathe serve --open" };
}
