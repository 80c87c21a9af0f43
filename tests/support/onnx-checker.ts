import { spawnSync } from "node:child_process";
import { findPython } from "./python.js";

/** Reads a JSON list of base64 files, prints a JSON list of objections. */
const CHECK = `
import base64, json, sys, onnx.checker
def objection(data):
    try:
        onnx.checker.check_model(onnx.load_model_from_string(base64.b64decode(data)), full_check=True)
        return ""
    except Exception as error:
        return str(error)
print(json.dumps([objection(data) for data in json.load(sys.stdin)]))
`;

/** Another Python may come before Debian's on the path, and the test data alone leave an empty folder of the package's name. */
const python = findPython("onnx.checker");

/** Why onnx's own checker cannot be asked here, or undefined where it can. */
export const checkerMissing: string | undefined = python ? undefined : "no python3 with the onnx package; Debian has it as python3-onnx";

/** What `onnx.checker.check_model(full_check=True)` objects to in each file, or `""`. */
export function checkModels(files: readonly Uint8Array[]): readonly string[] {
  const input = JSON.stringify(files.map((bytes) => Buffer.from(bytes).toString("base64")));
  const { status, stdout, stderr } = spawnSync(python ?? "python3", ["-c", CHECK], { input, encoding: "utf8", maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}
