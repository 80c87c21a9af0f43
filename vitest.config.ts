import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { wat } from "./src-main/bootstrap/wat.mjs";

/**
 * Journeys take minutes, other files seconds: begun last, one of them would have the machine for itself at the end. Files that share a process follow one
 * another, for which it stays.
 */
class JourneysFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId, project }: TestSpecification) => (moduleId.includes("/tests/journeys/") ? 0 : project.config.isolate ? 1 : 2);
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/** All that vitest runs; tests/architecture looks that no folder is missing. */
export const TESTS = "tests/{unit,gradients,engines,architecture,journeys,fuzz}/**/*.test.ts";

/**
 * A process goes on from one of these files to the next, with all that it has loaded, which takes most of them longer than their tests. None replaces a module,
 * or trains for long. Of a process that crashes, the file is lost that it was at.
 */
const TOGETHER = [
  "tests/{architecture,gradients,unit/{cli,contract,exporters,features,importers,layers,renderer,rpc,server,transforms}}/**/*.test.ts",
  "tests/unit/datasets/**/!(record-file).test.ts",
  "tests/unit/{procedures,services/{evaluation,files,imports,jobs,models,pictures,projects,runs}}/**/*.test.ts",
  "tests/unit/training/{explaining,exporting,forecasting,judging,models,network,runs}/**/*.test.ts",
];

export default defineConfig({
  plugins: [wat()],
  test: {
    projects: [
      { extends: true, test: { name: "alone", include: [TESTS], exclude: TOGETHER } },
      { extends: true, test: { name: "together", include: TOGETHER, isolate: false } },
    ],
    // ONNX Runtime and DuckDB are native modules: a process keeps a crash in one test file from taking the others along.
    pool: "forks",
    // Left to itself it keeps a processor free, which with two is every other one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: JourneysFirst },
    // What ends a test that hangs, never what one may take: the machine may be busy with something else. No test says a limit of its own but a longer one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 240_000 } },
    // As @long of the studio's tests; src-main/bootstrap/test.mjs leaves them out.
    tags: [{ name: "long", description: "Its subject has a shorter test too: `npm run test:all` runs it, `npm test` does not" }],
    setupFiles: ["tests/support/no-warnings.ts", "tests/support/as-found.ts"],
    // src-main/engines/tensorflow/native.ts says why.
    server: { deps: { inline: [/@tensorflow\/tfjs-core\/dist\/(?!tf-core)/] } },
    // Tests that use it without our engine; src-main/engines/onnxruntime/private.ts says why.
    env: { ORT_DISABLE_TELEMETRY: "1" },
  },
});
