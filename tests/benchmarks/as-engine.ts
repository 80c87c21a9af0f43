import { spawnSync } from "node:child_process";
import { KEEPS_FREED } from "../../src-main/services/processes/engine-link.js";

/** Runs this program anew, with what the engine's process is started with, where it was not: what is timed in it is timed as it trains. */
if (!Object.keys(KEEPS_FREED).every((name) => name in process.env)) {
  const { status } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env: { ...KEEPS_FREED, ...process.env },
    stdio: "inherit",
  });
  process.exit(status ?? 1);
}
