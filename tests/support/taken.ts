import { existsSync, readFileSync } from "node:fs";

/** Whether a file is what an export makes of a run's model: its very bytes, and a certificate behind them. */
export function isTaken(file: string, model: string): boolean {
  if (!existsSync(file)) return false;
  const [taken, own] = [readFileSync(file), readFileSync(model)];
  return taken.subarray(0, own.length).equals(own) && taken.subarray(own.length).toString("latin1").includes("lathe.certificate");
}
