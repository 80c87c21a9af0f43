import { spawnSync } from "node:child_process";

const CHECK = `
import sys, onnx
model = onnx.load_model_from_string(sys.stdin.buffer.read())
onnx.checker.check_model(model, full_check=True)
`;

/** The first Python that has the onnx package: another one may come before Debian's on the path. */
const python = ["python3", "/usr/bin/python3"].find((p) => spawnSync(p, ["-c", "import onnx"]).status === 0);

/** Why onnx's own checker cannot be asked here, or undefined where it can. */
export const checkerMissing: string | undefined = python ? undefined : "no python3 with the onnx package; Debian has it as python3-onnx";

/** What `onnx.checker.check_model(full_check=True)` objects to, or `""`. */
export function checkModel(bytes: Uint8Array): string {
  const { status, stderr } = spawnSync(python ?? "python3", ["-c", CHECK], { input: bytes, encoding: "utf8" });
  return status === 0 ? "" : stderr;
}
