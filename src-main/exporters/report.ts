import { join } from "node:path";
import { readOwnFileSync } from "../base/own-files.js";
import type { Exporter } from "./exporter.js";

/** The run's report as it stands: metrics, confusion matrices, data, model, parity. */
export const report: Exporter = {
  type: "report",
  title: "Report",
  summary: "Metrics, data and model of the run, as JSON",
  source: "report.json",
  extension: "json",
  write: (run) => readOwnFileSync(join(run, "report.json")),
};
