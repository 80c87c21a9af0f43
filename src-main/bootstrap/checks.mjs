import { runTool } from "./shared.mjs";

/** What holds for the source as it is written. Each prints what is wrong and ends with a code. */
export const types = { name: "types", run: () => inOrder([() => runTool("tsc", ["-p", "."]), () => runTool("vue-tsc", ["-p", "src-renderer", "--noEmit"])]) };

export const lint = { name: "lint", run: () => runTool("eslint", ["--cache", "--cache-location", ".lathe/eslint", "."]) };

export const unused = { name: "unused code", run: () => runTool("knip", ["--no-progress", "--no-config-hints"]) };

export const importRules = { name: "import rules", run: () => runTool("vitest", ["run", "--reporter=dot", "tests/architecture"]) };

async function inOrder(steps) {
  for (const step of steps) {
    const result = await step();
    if (result.code !== 0) return result;
  }
  return { code: 0, output: "" };
}
