import { writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test as base } from "@playwright/test";
import { packageRoot } from "../../src-main/base/entries.js";
import { stepTitles } from "../../src-main/contract/steps.js";
import { plausibleEpochs, temporaryFolder, writeRun, writeTestProject } from "../support/run-on-disk.js";
import { walkWholeJourney } from "./journey.js";
import { StudioPage } from "./studio-page.js";
import { startDesktop, type DesktopApp, type MenuItem } from "../support/electron-host.js";

// The built out/main/electron.js and out/preload/preload.cjs, unmodified, in the test host (tests/support/electron-host/electron.mjs says what that imitates).
// The same studio in Electron's own window is driven by tests/desktop, where Electron's program is.

const test = base.extend<{ folder: string; start: (args?: readonly string[]) => Promise<DesktopApp> }>({
  folder: async ({}, use) => use(temporaryFolder("desktop")),
  start: async ({ folder }, use) => {
    const apps: DesktopApp[] = [];
    await use(async (args) => {
      const app = await startDesktop(join(folder, "home"), args);
      apps.push(app);
      return app;
    });
    for (const app of apps) expect(await app.quit(), app.log()).toBe(0);
  },
});

/** The menu as lines, roles in brackets. */
function lines(items: readonly MenuItem[], depth = 0): readonly string[] {
  return items.flatMap(({ label, role, submenu }) => [`${"  ".repeat(depth)}${label ?? `[${role ?? "-"}]`}`, ...lines(submenu ?? [], depth + 1)]);
}

async function creditTable(folder: string): Promise<string> {
  const path = join(folder, "loans.csv");
  await cp(join(packageRoot, "resources", "samples", "credit", "credit.csv"), path);
  return path;
}

test("the window shows Home, in a sandbox, from a scheme of its own", async ({ start }) => {
  const app = await start();
  const page = await app.page();
  await expect(page.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
  expect(await app.ask("schemes")).toMatchObject([{ scheme: "lathe", privileges: { standard: true, secure: true } }]);
  // It is shown once it has something to show.
  await expect
    .poll(() => app.ask("windows"))
    .toMatchObject([{ visible: true, preferences: { contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true, webviewTag: false } }]);
  expect(await page.evaluate("[typeof process, typeof require, typeof module, typeof ipcRenderer]")).toEqual([
    "undefined",
    "undefined",
    "undefined",
    "undefined",
  ]);
});

test("the page cannot leave, open windows, reach the network or read other files, and has no permissions", async ({ start, folder }) => {
  const app = await start();
  const page = await app.page();
  await expect(page.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
  const before = page.url();
  await page.evaluate("void (location.href = 'https://example.com/')");
  await page.waitForTimeout(300);
  expect(page.url()).toBe(before);
  await page.evaluate("void window.open('https://example.com/')");
  await expect
    .poll(
      () =>
        page
          .context()
          .pages()
          .filter((other) => other.url().includes("example")).length,
    )
    .toBe(0);
  expect(await page.evaluate("fetch('https://example.com').then(() => 'fetched', () => 'refused')")).toBe("refused");
  expect(await page.evaluate(`fetch(${JSON.stringify(pathToFileURL(join(packageRoot, "package.json")).href)}).then(() => 'fetched', () => 'refused')`)).toBe(
    "refused",
  );
  for (const way of ["/..%2f..%2fpackage.json", "/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fpackage.json", "/%00index.html", "/..%5csecret"]) {
    expect(await page.evaluate(`fetch(${JSON.stringify(way)}).then((answer) => answer.status)`)).toBe(403);
  }
  expect(app.log()).toContain('refused "lathe://studio/');
  expect(await page.evaluate("fetch('/').then((answer) => answer.headers.get('content-security-policy'))")).toContain("default-src 'none'");
  for (const permission of ["media", "geolocation", "notifications", "clipboard-read"])
    expect(await app.ask("permission", permission)).toEqual({ granted: false, checked: false, device: false });
  expect(folder).not.toBe("");
});

test("the menus hold every screen and every export format, and do what they say", async ({ start, folder }) => {
  const project = writeTestProject(join(folder, "credit"), "credit");
  writeRun(project, "0001", { epochs: plausibleEpochs(8) });
  await creditTable(project).then((path) => cp(path, join(project, "credit.csv")));
  const app = await start();
  const page = await app.page();
  await expect(page.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
  const menu = lines((await app.ask("menu")) as readonly MenuItem[]);
  for (const label of ["&File", "&Edit", "&View", "&Model", "&Run", "&Help", "    ONNX model…", "    Report…"]) expect(menu).toContain(label);
  expect(menu.map((line) => line.trim())).toEqual(expect.arrayContaining(["Home", ...Object.values(stepTitles)]));

  await app.ask("answer", project);
  await app.ask("click", "open-project");
  await expect(page.getByText("Saved")).toBeVisible();
  expect(await app.ask("asked")).toMatchObject([{ kind: "open", properties: ["openDirectory", "createDirectory"] }]);
  expect(new Set((await app.ask("recentDocuments")) as readonly string[])).toEqual(new Set([project]));
  await app.ask("click", "show-runs");
  await expect(page).toHaveURL(/\/runs/);
  await app.ask("click", "settings");
  await expect(page).toHaveURL(/\/settings/);
  await app.ask("click", "command-palette");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await app.ask("click", "recent-0");
  await expect(page).toHaveURL(/\/project\//);
  // A reload gets a port of its own.
  await page.reload();
  await expect(page.getByText("Saved")).toBeVisible();
});

test("a table becomes a project by a drop, a double click, or the command line; a project opens", async ({ start, folder }) => {
  const table = await creditTable(folder);
  const project = writeTestProject(join(folder, "one"), "one");
  writeFileSync(join(project, "one.lathe"), "");
  const app = await start([table]);
  const page = await app.page();
  const proposal = page.getByRole("heading", { name: "New project" });
  await expect(proposal).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("loans");

  await app.ask("secondInstance", { argv: ["electron", "--no-sandbox", join(project, "one.lathe")], folder });
  await expect(page).toHaveURL(new RegExp(`/project/${encodeURIComponent(project).replaceAll("%", "%")}`));
  expect(await app.ask("drop", pathToFileURL(table).href)).toBe(false);
  await expect(proposal).toBeVisible();
  await app.ask("openFile", project);
  await expect(page).toHaveURL(/\/project\//);
});

test("the window comes back where it was, unless there is no screen there any more", async ({ start }) => {
  const first = await start();
  await first.page();
  await first.ask("setBounds", { x: 200, y: 100, width: 1500, height: 900 });
  await first.ask("closeWindow");
  expect(await first.ended, first.log()).toBe(0);
  const second = await start();
  await second.page();
  expect(await second.ask("windows")).toMatchObject([{ bounds: { x: 200, y: 100, width: 1500, height: 900 } }]);
  await second.ask("setBounds", { x: 9000, y: 100, width: 1500, height: 900 });
  await second.quit();
  const third = await start();
  await third.page();
  expect(await third.ask("windows")).toMatchObject([{ bounds: { x: 0, y: 0, width: 1500, height: 900 } }]);
});

test("the whole journey, with the desktop's own dialogs and menus", async ({ start, folder }) => {
  const app = await start();
  const page = await app.page();
  const studio = new StudioPage(page);
  await expect(page.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
  const choose = (path: string) => app.ask("answer", path);
  await walkWholeJourney(page, studio, folder, {
    async openTable(path) {
      await choose(path);
      await app.ask("click", "new-project");
    },
    async predictTable(path) {
      await choose(path);
      await page.getByRole("button", { name: "Choose a table" }).first().click();
    },
    async exportModel(to, name) {
      await choose(join(to, name));
      await app.ask("click", "export-onnx");
    },
    async reload() {
      await page.reload();
    },
  });
  await expect(page.getByRole("button", { name: "Show in folder" }).first()).toBeVisible();
  studio.expectNoComplaints();
});
