import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { _electron, expect, test, type ElectronApplication } from "@playwright/test";
import { packageRoot } from "../../src-main/base/entries.js";
import { plausibleEpochs, temporaryFolder, writeRun, writeTestProject } from "../support/run-on-disk.js";
import { StudioPage } from "../ui/studio-page.js";

/** Electron's program: named by `npm test`, or fetched before. Asking the package for it would download it. */
const program = process.env["LATHE_ELECTRON"] ?? join(createRequire(import.meta.url).resolve("electron"), "..", "dist", process.platform === "win32" ? "electron.exe" : "electron");
const missing = existsSync(program) ? undefined : `Electron's program is not at ${program}`;

if (missing) console.log(`The desktop specs are skipped: ${missing}.`);
test.skip(missing !== undefined, missing ?? "");

let app: ElectronApplication;
const folder = missing === undefined ? temporaryFolder("desktop") : "";

test.beforeEach(async () => {
  app = await _electron.launch({
    executablePath: program,
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), packageRoot],
    env: { ...process.env, LATHE_HOME: join(folder, "home") } as Record<string, string>,
  });
});
test.afterEach(() => app.close());

test("the window opens a project and draws its run, through the port", async () => {
  const project = writeTestProject(join(folder, "credit"), "credit");
  writeRun(project, "0001", { epochs: plausibleEpochs(8) });
  const studio = new StudioPage(await app.firstWindow());
  await expect(studio.projects).toBeVisible();
  await studio.openProject(project);
  await expect.poll(() => studio.epochsDrawn()).toBe(8);
  // A reload gets a port of its own.
  await studio.page.reload();
  await expect.poll(() => studio.epochsDrawn()).toBe(8);
  studio.expectNoComplaints();
});

test("the page has neither Node nor a way out", async () => {
  const page = await app.firstWindow();
  expect(await page.evaluate("[typeof process, typeof require, typeof module]")).toEqual(["undefined", "undefined", "undefined"]);
  expect(await page.evaluate("window.open('https://example.com')")).toBeNull();
  const before = page.url();
  await page.evaluate("void (location.href = 'https://example.com')");
  await page.waitForTimeout(500);
  expect(page.url()).toBe(before);
  expect(await page.evaluate("fetch('https://example.com').then(() => 'fetched', () => 'refused')")).toBe("refused");
  expect(app.windows()).toHaveLength(1);
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> } | undefined;
    return contents?.getLastWebPreferences();
  });
  expect(preferences).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true });
});
