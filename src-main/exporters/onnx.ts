import { METADATA } from "../contract/model-metadata.js";
import type { ParityResult } from "../contract/results.js";
import { RUN_MODEL } from "../contract/run-model.js";
import { encodeMetadata } from "../onnx/protobuf.js";
import { bareNetwork } from "./bare-network.js";
import type { Exporter } from "./exporter.js";

/** The model as training left it and the parity gate let it pass: preprocessing inside, raw columns in, probabilities out. Its certificate is metadata. */
export const onnx: Exporter = {
  type: "onnx",
  title: "ONNX model",
  summary: "The trained model for any ONNX runtime, preprocessing inside",
  source: RUN_MODEL,
  extension: "onnx",
  answers: "onnx",
  options: [
    {
      name: "preprocess",
      title: "Preprocessing",
      summary: "inside: the model takes raw data; none: it takes what preprocessing makes of them, pictures as float [N, C, H, W]",
      choices: [
        { value: "inside", title: "Inside the file: it takes raw data" },
        { value: "none", title: "None: it takes what the network reads" },
      ],
    },
  ],
  async make(source, { preprocess }) {
    const model = source.model();
    if (preprocess !== "none") {
      const { parity } = source.report;
      return { files: new Map([["", model]]), compare: () => Promise.resolve(comparedOf("the trainer", parity)) };
    }
    const bare = bareNetwork(model);
    return { files: new Map([["", bare]]), compare: async () => comparedOf("the file with its preprocessing", await source.checkBare(bare)) };
  },
  // A model is a message, whose fields may stand in any order: metadata are added behind the bytes of the run's own.
  certified: (file, certificate) => [file, encodeMetadata(METADATA.certificate, certificate)],
};

function comparedOf(other: string, { rows, split, maxDifference, tolerance }: ParityResult) {
  return { with: other, by: "onnxruntime" as const, samples: rows, split, maxDifference, tolerance };
}
