import { hashOf, runTool } from "./shared.mjs";

/** What holds for the source as it is written. Each prints what is wrong, or with `capture` gives it back, and ends with a code. */
export const types = { name: "types", run: (options) => inOrder([tsc(".", "main"), tsc("tests/ui", "ui"), "vue-tsc -p src-renderer"], options) };

/**
 * What tsc found is kept, and found anew where a file, or one that it goes by, has changed. It is TypeScript 7, which is native code: 15 s of a processor for
 * 67, in one thread, since each of several would check some of the same types. ESLint and vue-tsc need the programs of TypeScript 6.
 */
const tsc = (project, name) => `tsc -p ${project} --singleThreaded --incremental --tsBuildInfoFile .lathe/types-${name}.tsbuildinfo`;

/** What was found is kept for as long as the rules are the same, those of who may import whom among them, which ESLint does not know of. */
export const lint = {
  name: "lint",
  run: (options) =>
    runTool(
      "eslint",
      ["--cache", "--cache-location", `.lathe/eslint-${hashOf(["eslint.config.js", "tests/architecture/walls.json"]).slice(0, 12)}`, "."],
      options,
    ),
};

/** How lines are broken, in code and styles; data and Markdown are as they are written. */
export const format = {
  name: "format",
  run: (options) =>
    runTool("prettier", ["--check", "--log-level=warn", "--cache", "--cache-location", ".lathe/prettier", "**/*.{ts,mts,mjs,js,vue,css}"], options),
};

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
