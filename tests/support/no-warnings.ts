import { afterAll, expect } from "vitest";

/** What Node warns of is a fault: a listener that leaks, a file that nobody closed. Known ones, with the reason. */
const known = [
  // tests/architecture/packaging.test.ts matches file names by it.
  /^ExperimentalWarning: glob is an experimental feature/,
];

const heard: string[] = [];
process.on("warning", (warning) => {
  if (!known.some((pattern) => pattern.test(`${warning.name}: ${warning.message}`))) heard.push(warning.stack ?? String(warning));
});

afterAll(async () => {
  // Warnings are told a turn later.
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard, "Node warned").toEqual([]);
});
