import { join } from "node:path";
import { LatheError } from "../base/errors.js";
import { JSON_BOUNDS } from "../base/json-bounds.js";
import { readOwnFileSync } from "../base/own-files.js";
import { readOwnJsonSync } from "../base/own-json.js";
import type { Exporter } from "./exporter.js";

/** The run's report as it stands: metrics, confusion matrices, data, model, parity. */
export const report: Exporter = {
  type: "report",
  title: "Report",
  summary: "Metrics, data and model of the run, as JSON",
  source: "report.json",
  extension: "json",
  write(run) {
    const path = join(run, "report.json");
    if (!isReport(path)) throw new LatheError("run.checkpoint", `${path} is damaged: it is no report; resume the run, which writes it again`, { path });
    return readOwnFileSync(path);
  },
};

/** Whether a file tells of a model and its data; reports of other versions do too. */
function isReport(path: string): boolean {
  let value: unknown;
  try {
    value = readOwnJsonSync(path, JSON_BOUNDS.figures);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return false;
    throw thrown;
  }
  return typeof value === "object" && value !== null && "version" in value && "model" in value && "data" in value;
}
