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
  answers: "none",
  options: [],
  make(source) {
    const { rows, split, maxDifference, tolerance } = source.report.parity;
    return Promise.resolve({
      files: new Map([["", readOwnFileSync(join(source.folder, "report.json"))]]),
      compare: () => Promise.resolve({ with: "the trainer", by: "run" as const, samples: rows, split, maxDifference, tolerance }),
    });
  },
  certified: (file, certificate) => [
    Buffer.from(
      `${JSON.stringify({ ...(JSON.parse(Buffer.from(file).toString("utf8")) as object), certificate: JSON.parse(certificate) as unknown }, null, 2)}\n`,
    ),
  ],
};
