import { register } from "node:module";
import { defineConfig } from "@playwright/test";

// Tests run the sources, in this process and in those that Playwright starts, which read this file too.
register("../../src-main/bootstrap/wat.mjs", import.meta.url);

/** The studio in its Electron window. `npm test` runs these where there is a display and Electron's program, which LATHE_ELECTRON names. */
export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  outputDir: "../../test-results/desktop",
  workers: 1,
  timeout: 300_000,
  expect: { timeout: 120_000 },
});
