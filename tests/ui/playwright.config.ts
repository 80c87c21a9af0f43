import { register } from "node:module";
import { defineConfig } from "@playwright/test";

// Tests run the sources, in this process and in those that Playwright starts, which read this file too.
register("../../src-main/bootstrap/wat.mjs", import.meta.url);

/**
 * What Chromium is to leave off: Playwright's own list (coreBundle.js of 1.65), which another one replaces, and what else costs more than our page. The popup
 * of the address bar is a page of its own, in a process of its own, which each window loads at once: three quarters of a second of a processor.
 */
const DISABLED = [
  ...["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "LensOverlay"],
  ...["MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin"],
  ...["OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"],
  ...["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "SpareRendererForSitePerProcess"],
];

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
    // What a page did, step by step, costs an eighth of a test: of the second try alone, or where one asks for it with `--trace on`. Its moving picture is
    // drawn by the processor, without end, which costs about as much as all the rest of a test.
    trace: { mode: "on-first-retry", screenshots: false },
    launchOptions: {
      executablePath: process.env["LATHE_CHROMIUM"] ?? "/usr/bin/chromium",
      // Nothing but the page itself: no graphics card, no calls home.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        `--disable-features=${DISABLED.join(",")}`,
      ],
    },
  },
});
