import { createRegistry } from "../base/registry.js";
import type { Exporter } from "./exporter.js";
export { PREPROCESS, type Exporter, type Preprocess } from "./exporter.js";
import { onnx } from "./onnx.js";
import { report } from "./report.js";

/** Every format a run can be taken away in. */
export const exporters = createRegistry<Exporter>("export format", [onnx, report], "export.format");
