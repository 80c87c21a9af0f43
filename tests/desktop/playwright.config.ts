import { defineConfig } from "@playwright/test";

/** The studio in its Electron window. `npm test` runs these where there is a display and Electron's program, which LATHE_ELECTRON names. */
export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  outputDir: "../../test-results/desktop",
  workers: 1,
  timeout: 300_000,
  expect: { timeout: 120_000 },
});
