import { runTool } from "./shared.mjs";

/** What holds for the source as it is written. Each prints what is wrong and ends with a code. */
export const types = { name: "types", run: () => inOrder(["tsc -p .", "tsc -p tests/ui", "vue-tsc -p src-renderer"]) };

export const lint = { name: "lint", run: () => runTool("eslint", ["--cache", "--cache-location", ".lathe/eslint", "."]) };

export const unused = { name: "unused code", run: () => runTool("knip", ["--no-progress", "--no-config-hints"]) };

export const importRules = { name: "import rules", run: () => runTool("vitest", ["run", "--reporter=dot", "tests/architecture"]) };

/** All of them, so that one run shows everything. */
async function inOrder(commands) {
  let code = 0;
  for (const command of commands) {
    const [tool, ...args] = command.split(" ");
    const result = await runTool(tool, args);
    if (result.code !== 0) ({ code } = result);
  }
  return { code };
}
