import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import { probeEngines } from "../../src-main/services/processes/engines.js";
import { startNode } from "../support/lathe.js";
import { closedPort, setupEnvironment, silentRegistry } from "../support/registries.js";
import { expectAccessible } from "./accessibility.js";
import { expect, test, type Workshop } from "./fixture.js";
import { expectAccessibleInBothThemes, keepPicture, lookAt } from "./looks.js";
import { HomePage } from "./pages/home-page.js";
import { PickerPage } from "./pages/picker-page.js";
import { SettingsPage } from "./pages/settings-page.js";

const fileOf = ({ folder }: Workshop) => join(folder, "home", "settings.json");
const saved = (workshop: Workshop) =>
  existsSync(fileOf(workshop)) ? (JSON.parse(readFileSync(fileOf(workshop), "utf8")) as Readonly<Record<string, unknown>>) : {};

/** From now on nothing can be written over it. */
function blockSettings(workshop: Workshop): void {
  rmSync(fileOf(workshop), { force: true });
  mkdirSync(fileOf(workshop), { recursive: true });
}

test("a theme takes effect at once, stays after a reload, and follows the system where told to", async ({ page, studio, workshop }) => {
  await page.emulateMedia({ colorScheme: "light" });
  const settings = new SettingsPage(page);
  await settings.goto(workshop.server.url);
  await expect(settings.theme("As the system")).toBeChecked();
  expect(await settings.drawn()).toBe("light");
  await settings.theme("Dark").check();
  await expect.poll(() => settings.drawn()).toBe("dark");
  await expect.poll(() => saved(workshop)["theme"]).toBe("dark");
  await page.reload();
  await expect(settings.theme("Dark")).toBeChecked();
  expect(await settings.drawn()).toBe("dark");
  // It is Lathe's own, not this browser's.
  await page.evaluate("localStorage.clear()");
  await page.reload();
  await expect(settings.theme("Dark")).toBeChecked();
  await expect.poll(() => settings.drawn()).toBe("dark");
  await settings.theme("As the system").check();
  await expect.poll(() => settings.drawn()).toBe("light");
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(() => settings.drawn()).toBe("dark");
  await expect.poll(() => saved(workshop)["theme"]).toBe("system");
  studio.expectNoComplaints();
});

test("engine, device and threads are kept and can be taken back", async ({ page, studio, workshop }) => {
  const settings = new SettingsPage(page);
  await settings.goto(workshop.server.url);
  await settings.engine.selectOption("onnxruntime");
  await expect(page.getByRole("status").filter({ hasText: "Engine: onnxruntime." })).toBeVisible();
  // Devices are known once the engines have been asked.
  await expect(settings.device.getByRole("option", { name: "cpu" })).toBeAttached();
  await settings.device.selectOption("cpu");
  await expect(page.getByRole("status").filter({ hasText: "Device: cpu." })).toBeVisible();
  await expect(settings.threadCount).toBeHidden();
  await settings.threads.selectOption("A number");
  await settings.threadCount.fill("3");
  await settings.threadCount.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "Threads: 3 threads." })).toBeVisible();
  expect(saved(workshop)).toMatchObject({ engine: "onnxruntime", device: "cpu", threads: 3 });
  await page.reload();
  await expect(settings.engine).toHaveValue("onnxruntime");
  await expect(settings.device).toHaveValue("cpu");
  await expect(settings.threadCount).toHaveValue("3");
  await settings.threads.selectOption("Automatic");
  await expect(settings.threadCount).toBeHidden();
  await expect.poll(() => saved(workshop)["threads"]).toBe("auto");
  await settings.undo();
  await expect(settings.threadCount).toHaveValue("3");
  await expect.poll(() => saved(workshop)["threads"]).toBe(3);
  studio.expectNoComplaints();
});

test("every engine and device stands there with its state; one that is not available says why and cannot be chosen", async ({ page, studio, workshop }) => {
  const settings = new SettingsPage(page);
  await settings.goto(workshop.server.url);
  const engines = await probeEngines();
  await expect(settings.engines).toBeVisible();
  await expect(settings.engines.getByRole("row")).toHaveCount(1 + engines.reduce((sum, { devices }) => sum + 1 + devices.length, 0));
  const state = (available: boolean) => (available ? "available" : "not available");
  for (const { name, available, reason = "", devices } of engines) {
    const body = settings.engines.locator("tbody").filter({ has: page.getByRole("rowheader", { name: new RegExp(`^${name}`) }) });
    await expect(body.getByRole("row").first().getByRole("cell")).toHaveText([state(available), reason]);
    await expect(settings.engine.locator(`option[value="${name}"]`)).toHaveText(available ? name : `${name} (not available)`);
    await expect(settings.engine.locator(`option[value="${name}"]`)).toHaveJSProperty("disabled", !available);
    for (const [i, device] of devices.entries())
      await expect(
        body
          .getByRole("row")
          .nth(i + 1)
          .getByRole("cell"),
      ).toHaveText(["", device.name, state(device.available), device.reason ?? ""]);
  }
  // No machine is a Mac and a PC with Windows at once.
  const missing = engines.flatMap(({ devices }) => devices).filter(({ available }) => !available);
  expect(missing.length).toBeGreaterThan(0);
  for (const { reason } of missing) expect(reason).toBeTruthy();
  studio.expectNoComplaints();
});

/** A server of its own process, on a machine without TensorFlow: what is set up on this one is nothing to it. @param registry npm's */
async function withoutTensorflow(folder: string, registry: string, work: (url: string) => Promise<void>): Promise<void> {
  const env = { ...process.env, ...setupEnvironment(folder, registry), LATHE_TENSORFLOW_SLOW: "", LATHE_HOME: join(folder, "home") };
  let listening: (url: string) => void = () => undefined;
  const url = new Promise<string>((resolve) => (listening = resolve));
  const server = startNode(
    [join(packageRoot, "out", "main", "cli.js"), "serve", "--json", "--allow", folder],
    ({ event, url: at }) => {
      if (event === "listening") listening(String(at));
    },
    { env },
  );
  try {
    await work(await Promise.race([url, server.result.then(({ stderr }) => Promise.reject(new Error(stderr)))]));
  } finally {
    server.child.kill("SIGTERM");
    await server.result;
  }
}

test("a setup of TensorFlow that fails says what is missing and what to do, in both themes", { tag: "@long" }, async ({ page, studio, workshop }) => {
  // npm takes its time to give up.
  await withoutTensorflow(workshop.folder, await closedPort(), async (url) => {
    const settings = new SettingsPage(page);
    const lookAtIt = (state: string) => expectAccessibleInBothThemes(page, `settings-tensorflow-${state}`);
    await settings.goto(url, "engines");
    await expect(settings.setUp).toBeVisible();
    await lookAtIt("offered");
    await settings.setUp.click();
    await expect(settings.setupFailure).toContainText("the npm registry cannot be reached");
    await expect(settings.setupFailure).toContainText("npm run setup:tensorflow");
    await lookAtIt("failed");
    // It can be tried again at once.
    await settings.setupFailure.getByRole("button", { name: "Try again" }).click();
    await expect(settings.setupFailure).toBeHidden();
    await expect(settings.setupFailure).toBeVisible();
    studio.expectNoComplaints();
  });
});

test("a setup of TensorFlow under way says what it does and for how long, and can be called off", async ({ page, studio, workshop }) => {
  // npm takes its time to give up.
  const registry = await silentRegistry();
  await withoutTensorflow(workshop.folder, registry.address, async (url) => {
    const settings = new SettingsPage(page);
    await settings.goto(url, "engines");
    await settings.setUp.click();
    const work = page.getByRole("status").filter({ hasText: "Installing @tensorflow/tfjs-node" });
    await expect(work).toBeVisible();
    await registry.asked;
    await expect(page.getByText(/^\d:\d\d so far$/)).toBeVisible();
    await keepPicture(page, "settings-tensorflow-working-light-1280x800");
    await expectAccessible(page);
    await work.getByRole("button", { name: "Cancel" }).click();
    await expect(settings.setUp).toBeVisible();
    await expect.poll(() => readdirSync(workshop.folder).filter((name) => name.startsWith("tensorflow"))).toEqual([]);
    studio.expectNoComplaints();
  });
  registry.close();
});

test("new projects go to the folder that was chosen, until it is the standard one again", async ({ page, studio, workshop }) => {
  const settings = new SettingsPage(page);
  const mine = join(workshop.folder, "mine");
  mkdirSync(mine);
  const standard = join(workshop.folder, "Lathe");
  await settings.goto(workshop.server.url);
  await expect(settings.folder).toHaveText(standard);
  await expect(settings.folders.getByRole("button", { name: "Use the standard folder" })).toHaveAttribute("aria-disabled", "true");
  await settings.folders.getByRole("button", { name: "Choose…" }).click();
  await new PickerPage(page).chooseFolder(mine);
  await expect(settings.folder).toHaveText(mine);
  await expect(page.getByRole("status").filter({ hasText: `New projects go to ${mine}.` })).toBeVisible();
  expect(saved(workshop)["projectsFolder"]).toBe(mine);
  const home = new HomePage(page);
  await home.goto(workshop.server.url);
  await home.startSample("Credit");
  await expect(page).toHaveURL(/\/data$/);
  expect(existsSync(join(mine, "Credit", "project.json"))).toBe(true);

  await settings.goto(workshop.server.url, "folders");
  await expect(settings.folder).toHaveText(mine);
  await settings.folders.getByRole("button", { name: "Use the standard folder" }).click();
  await expect(settings.folder).toHaveText(standard);
  await expect.poll(() => saved(workshop)).not.toHaveProperty("projectsFolder");
  await settings.undo();
  await expect(settings.folder).toHaveText(mine);
  await expect.poll(() => saved(workshop)["projectsFolder"]).toBe(mine);
  studio.expectNoComplaints();
});

test("hints that were put away are shown again", async ({ page, studio, workshop }) => {
  const home = new HomePage(page);
  await home.goto(workshop.server.url);
  await home.hints.getByRole("button", { name: "Got it" }).click();
  await expect(home.hints).toBeHidden();
  const settings = new SettingsPage(page);
  await settings.goto(workshop.server.url);
  await settings.folders.getByRole("button", { name: "Show them again" }).click();
  await expect(settings.folders.getByRole("button", { name: "Show them again" })).toHaveAttribute("aria-description", "No hint was put away yet");
  await home.goto(workshop.server.url);
  await expect(home.hints).toBeVisible();
  studio.expectNoComplaints();
});

test("About names the version and what Lathe is made with, licence texts and all", async ({ page, studio, workshop }) => {
  const settings = new SettingsPage(page);
  // The address leads to the part.
  await settings.goto(workshop.server.url, "about");
  await expect(settings.about).toBeFocused();
  const { version, dependencies } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    version: string;
    dependencies: Readonly<Record<string, string>>;
  };
  await expect(settings.about).toContainText(`Lathe Version ${version}, in the browser`);
  await expect(settings.licences.first()).toBeVisible();
  const all = await settings.licences.count();
  expect(all).toBeGreaterThan(Object.keys(dependencies).length);
  await expect(settings.about.getByRole("status")).toHaveText(`Lathe is made with ${all} packages by others.`);
  for (const name of Object.keys(dependencies)) await expect(settings.licence(name)).toHaveCount(1);

  const text = settings.about.getByLabel("Licence of zod");
  await expect(text).toBeHidden();
  await settings.licence("zod").getByText("zod", { exact: true }).click();
  await expect(text).toContainText("Permission is hereby granted");
  const find = settings.about.getByRole("textbox", { name: "Find a package or a licence" });
  await find.fill("ZOD mit");
  await expect(settings.licences).toHaveCount(1);
  await find.fill("nothing like it");
  await expect(settings.about).toContainText("No package fits.");
  await settings.part("Training").click();
  await expect(page.getByRole("region", { name: "Training", exact: true })).toBeFocused();
  studio.expectNoComplaints();
});

test("a theme that cannot be kept is told on any screen", async ({ page, studio, workshop }) => {
  const home = new HomePage(page);
  await home.goto(workshop.server.url);
  blockSettings(workshop);
  await page.keyboard.press("ControlOrMeta+k");
  await expect(page.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("Theme: dark");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("settings.json cannot be written");
  studio.expectNoComplaints();
});

test("settings that cannot be written say so, and the change is taken back", async ({ page, studio, workshop }) => {
  await page.emulateMedia({ colorScheme: "light" });
  const settings = new SettingsPage(page);
  await settings.goto(workshop.server.url);
  await expect(settings.theme("As the system")).toBeChecked();
  blockSettings(workshop);
  await settings.theme("Dark").click();
  await expect(settings.failure).toContainText(/settings\.json cannot be written/);
  await expect(settings.theme("As the system")).toBeChecked();
  expect(await settings.drawn()).toBe("light");
  await settings.engine.selectOption("onnxruntime");
  await expect(settings.engine).toHaveValue("auto");
  await expect(page.getByRole("status").filter({ hasText: "Engine:" })).toBeHidden();
  // Wherever on the page one is.
  await settings.part("About").click();
  await expect(settings.about).toBeFocused();
  await expect(settings.failure).toBeInViewport();
  await settings.part("Folders").click();
  await settings.folders.getByRole("button", { name: "Choose…" }).click();
  await new PickerPage(page).chooseFolder(workshop.folder);
  await expect(settings.failure).toBeInViewport();
  await expect(settings.folder).toHaveText(join(workshop.folder, "Lathe"));

  rmSync(fileOf(workshop), { recursive: true });
  await settings.theme("Dark").click();
  await expect(settings.failure).toBeHidden();
  await expect.poll(() => saved(workshop)["theme"]).toBe("dark");
  expect(await settings.drawn()).toBe("dark");
  studio.expectNoComplaints();
});

test("looks right in both themes and sizes", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const settings = new SettingsPage(page);
  await settings.goto(workshop.server.url);
  await expect(settings.engines).toBeVisible();
  await settings.threads.selectOption("A number");
  await expect(settings.threadCount).toBeVisible();
  await lookAt(page, "settings-top");
  await settings.part("About").click();
  await settings.licence("zod").getByText("zod", { exact: true }).click();
  await lookAt(page, "settings-about");
  blockSettings(workshop);
  await settings.part("Appearance").click();
  await settings.theme("Dark").click();
  await expect(settings.failure).toBeVisible();
  await lookAt(page, "settings-failed");
  studio.expectNoComplaints();
});
