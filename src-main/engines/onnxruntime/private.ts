/**
 * ONNX Runtime's own builds report every session to its makers unless told not to (since 1.30 on Linux and macOS too: docs/Privacy.md of its repository). Lathe tells
 * nobody anything. The variable is read once, when the first session is made.
 */
process.env["ORT_DISABLE_TELEMETRY"] = "1";
