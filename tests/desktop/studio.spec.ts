import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { _electron, expect, test, type ElectronApplication, type Page } from "@playwright/test";
import { packageRoot } from "../../src-main/base/entries.js";
import { temporaryFolder } from "../support/run-on-disk.js";
import { writeClouds } from "../ui/cloud-project.js";
import { walkWholeJourney } from "../ui/journey.js";
import { PredictPage } from "../ui/pages/predict-page.js";
import { TrainPage } from "../ui/pages/train-page.js";
import { StudioPage } from "../ui/studio-page.js";

/** Electron's program: named by `npm test`, or fetched before. Asking the package for it would download it. */
const program =
  process.env["LATHE_ELECTRON"] ??
  join(createRequire(import.meta.url).resolve("electron"), "..", "dist", process.platform === "win32" ? "electron.exe" : "electron");
const missing = existsSync(program) ? undefined : `Electron's program is not at ${program}`;

if (missing) console.log(`The desktop specs are skipped: ${missing}.`);
test.skip(missing !== undefined, missing ?? "");

let app: ElectronApplication;
let folder = "";

test.beforeEach(async () => {
  folder = temporaryFolder("desktop");
  app = await _electron.launch({
    executablePath: program,
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), packageRoot],
    env: { ...process.env, LATHE_HOME: join(folder, "home") } as Record<string, string>,
  });
});
test.afterEach(() => app.close());

/** What the next dialog is answered, as its user would. */
async function answerDialogs(path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, path);
}

/** Clicks an item of the native menu. */
async function clickMenu(id: string): Promise<void> {
  await app.evaluate(({ Menu }, item) => {
    Menu.getApplicationMenu()?.getMenuItemById(item)?.click();
  }, id);
}

async function openProject(page: Page, project: string): Promise<void> {
  await answerDialogs(project);
  await clickMenu("open-project");
  await expect(page.getByText("Saved")).toBeVisible();
}

test("the whole journey: launch, a table, a network, training, the native menu's export", async () => {
  const page = await app.firstWindow();
  const studio = new StudioPage(page);
  await expect(page.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
  await walkWholeJourney(page, studio, folder, {
    async openTable(path) {
      await answerDialogs(path);
      await clickMenu("new-project");
    },
    async predictTable(path) {
      await answerDialogs(path);
      await new PredictPage(page).file.getByRole("button", { name: "Choose a table" }).first().click();
    },
    async exportModel(to, name) {
      await answerDialogs(join(to, name));
      await clickMenu("export-onnx");
    },
    // A reload gets a port of its own.
    async reload() {
      await page.reload();
    },
  });
  studio.expectNoComplaints();
});

test("an engine process that is killed takes neither the window nor the run along", async () => {
  const project = writeClouds(folder, { epochs: 100_000 });
  const page = await app.firstWindow();
  const train = new TrainPage(page);
  const studio = new StudioPage(page);
  await openProject(page, project);
  await studio.step("Train");
  await train.start();
  await train.expectEpochs(5);
  process.kill((JSON.parse(readFileSync(join(project, "runs", "0001", "lock"), "utf8")) as { pid: number }).pid, "SIGKILL");
  await expect(page.getByRole("alert").filter({ hasText: /This run (was interrupted|failed)/ })).toBeVisible();
  const before = await train.epochs();
  await train.button("Resume").click();
  await train.expectEpochs(before + 3);
  await train.button("Stop").click();
  await expect(train.run).toContainText("stopped");
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
