import { register } from "node:module";
import { defineConfig } from "@playwright/test";

// Tests run the sources, in this process and in those that Playwright starts, which read this file too.
register("../../src-main/bootstrap/wat.mjs", import.meta.url);

/** The studio in a browser, served by `lathe serve`: each spec starts a server of its own. `npm test` looks for the browser and names it in LATHE_CHROMIUM. */
export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  outputDir: "../../test-results/ui",
  fullyParallel: true,
  workers: 2,
  // They end what hangs; none is what a test may take. The machine may be busy with something else, so no test says a shorter one.
  timeout: 300_000,
  expect: { timeout: 120_000 },
  // On a machine that others load, a browser may stall for longer than any sensible limit. A test that passes only the second time is named as flaky.
  retries: process.env["CI"] ? 1 : 0,
  use: {
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    // Its moving picture is drawn by the processor, without end, which costs about as much as all the rest of a test. The page's states, which one steps
    // through, stay: of the second try where there is one, for they cost an eighth of a test.
    trace: { mode: process.env["CI"] ? "on-first-retry" : "retain-on-failure", screenshots: false },
    launchOptions: {
      executablePath: process.env["LATHE_CHROMIUM"] ?? "/usr/bin/chromium",
      // Nothing but the page itself: no GPU process, no calls home.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
