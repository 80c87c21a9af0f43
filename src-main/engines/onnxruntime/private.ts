/**
 * ONNX Runtime's own builds report every session to their makers unless told not to (since 1.30 on Linux and macOS too: docs/Privacy.md of its repository).
 * This tells them, on Linux and macOS. The libraries for Windows do not know the name: they hand their events to the system's tracing (ETW), and Windows' own
 * diagnostic data settings decide what becomes of them. The variable is read once, when the first session is made.
 */
process.env["ORT_DISABLE_TELEMETRY"] = "1";
