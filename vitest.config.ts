import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { wat } from "./src-main/bootstrap/wat.mjs";

/** Journeys take minutes, other files seconds: begun last, one of them would have the machine for itself at the end. */
class JourneysFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isJourney = ({ moduleId }: TestSpecification) => moduleId.includes("/tests/journeys/");
    return [...sorted.filter(isJourney), ...sorted.filter((file) => !isJourney(file))];
  }
}

export default defineConfig({
  plugins: [wat()],
  test: {
    include: ["tests/{unit,gradients,engines,architecture,journeys,fuzz}/**/*.test.ts"],
    // ONNX Runtime and DuckDB are native modules: a process a file keeps a crash in one test file from taking the others along.
    pool: "forks",
    // Left to itself it keeps a processor free, which with two is every other one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: JourneysFirst },
    // What ends a test that hangs, never what one may take: the machine may be busy with something else. No test says a limit of its own but a longer one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 240_000 } },
    setupFiles: ["tests/support/no-warnings.ts"],
    // src-main/engines/tensorflow/native.ts says why.
    server: { deps: { inline: [/@tensorflow\/tfjs-core\/dist\/(?!tf-core)/] } },
    // Tests that use it without our engine; src-main/engines/onnxruntime/private.ts says why.
    env: { ORT_DISABLE_TELEMETRY: "1" },
  },
});
