import { runTool } from "./shared.mjs";

/** What holds for the source as it is written. Each prints what is wrong, or with `capture` gives it back, and ends with a code. */
export const types = { name: "types", run: (options) => inOrder(["tsc -p .", "tsc -p tests/ui", "vue-tsc -p src-renderer"], options) };

export const lint = { name: "lint", run: (options) => runTool("eslint", ["--cache", "--cache-location", ".lathe/eslint", "."], options) };

export const unused = { name: "unused code", run: () => runTool("knip", ["--no-progress", "--no-config-hints"]) };

export const importRules = { name: "import rules", run: () => runTool("vitest", ["run", "--reporter=dot", "tests/architecture"]) };

/** All of them, so that one run shows everything. */
async function inOrder(commands, options) {
  let [code, output] = [0, ""];
  for (const command of commands) {
    const [tool, ...args] = command.split(" ");
    const result = await runTool(tool, args, options);
    if (result.code !== 0) ({ code } = result);
    output += result.output;
  }
  return { code, output };
}
