import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Exporter } from "./exporter.js";

/** The run's report as it stands: metrics, confusion matrices, data, model, parity. */
export const report: Exporter = {
  type: "report",
  title: "Report",
  summary: "Metrics, data and model of the run, as JSON",
  source: "report.json",
  extension: "json",
  write: (run) => readFileSync(join(run, "report.json")),
};
