import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/{unit,gradients,engines,architecture,journeys}/**/*.test.ts"],
    // ONNX Runtime and DuckDB are native modules: a process a file keeps a crash in one test file from taking the others along.
    pool: "forks",
    testTimeout: 60_000,
  },
});
