import { join } from "node:path";
import { readOwnFileSync } from "../base/own-files.js";
import { RUN_MODEL, refuseDamagedModel } from "../contract/run-model.js";
import { bareNetwork } from "./bare-network.js";
import type { Exporter } from "./exporter.js";

/** The model as training left it and the parity gate let it pass: preprocessing inside, raw columns in, probabilities out. */
export const onnx: Exporter = {
  type: "onnx",
  title: "ONNX model",
  summary: "The trained model for any ONNX runtime, preprocessing inside",
  source: RUN_MODEL,
  extension: "onnx",
  bare: true,
  write(run, preprocess) {
    const path = join(run, RUN_MODEL);
    const model = readOwnFileSync(path);
    refuseDamagedModel(path, model);
    return preprocess === "none" ? bareNetwork(model) : model;
  },
};
