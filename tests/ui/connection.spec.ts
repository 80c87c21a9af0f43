import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expectAccessible } from "./accessibility.js";
import { cloudTable, writeClouds } from "./cloud-project.js";
import { expect, test } from "./fixture.js";

async function open(page: Page, url: string, hash: string): Promise<void> {
  await page.goto(url);
  await page.waitForURL((at) => !at.href.includes("token"));
  await page.goto(`${page.url().replace(/#.*/, "")}#${hash}`);
}
const data = (project: string) => `/project/${encodeURIComponent(project)}/data`;

/** As from the desktop: a file with these bytes over the page, let go there. */
async function dropFile(page: Page, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(([file, content]) => {
    const made = new DataTransfer();
    made.items.add(new File([content ?? ""], file ?? ""));
    return made;
  }, [name, text]);
  const window = page.locator("body");
  await window.dispatchEvent("dragover", { dataTransfer: transfer });
  await expect(page.getByText("Drop it here")).toBeVisible();
  await window.dispatchEvent("drop", { dataTransfer: transfer });
}

test("a server that was away comes back, and the view has stayed", async ({ page, workshop }) => {
  const project = writeClouds(workshop.folder);
  await open(page, workshop.server.url, data(project));
  await expect(page.getByRole("table", { name: "Rows" })).toBeVisible();
  await page.getByRole("textbox", { name: "Find in the rows" }).fill("cirrus");
  await workshop.restart(async () => {
    await expect(page.getByText(/The connection to Lathe was lost/)).toBeVisible();
    await expect(page.getByRole("table", { name: "Rows" })).toBeVisible();
    await expectAccessible(page);
  });
  await expect(page.getByText(/The connection to Lathe was lost/)).toBeHidden({ timeout: 15_000 });
  await expect(page.getByRole("textbox", { name: "Find in the rows" })).toHaveValue("cirrus");
  await expect(page.getByRole("table", { name: "Rows" })).toBeVisible();
});

test("a server that was started anew has another address, which is said", async ({ page, workshop }) => {
  const project = writeClouds(workshop.folder);
  await open(page, workshop.server.url, data(project));
  await expect(page.getByRole("table", { name: "Rows" })).toBeVisible();
  await workshop.restart(() => Promise.resolve(), true);
  await expect(page.getByText(/its address has changed: open the link/)).toBeVisible({ timeout: 15_000 });
  const asked = workshop.refusals.length;
  await page.waitForTimeout(1500);
  // It does not go on knocking.
  expect(workshop.refusals.length).toBe(asked);
});

test("a change made while the server is away is kept and saved when it is back", async ({ page, workshop }) => {
  const project = writeClouds(workshop.folder);
  await open(page, workshop.server.url, data(project));
  await expect(page.getByRole("table", { name: "Rows" })).toBeVisible();
  await workshop.restart(async () => {
    await expect(page.getByText(/The connection to Lathe was lost/)).toBeVisible();
    await page.getByRole("button", { name: "Role of season" }).click();
    await page.getByRole("menuitemradio", { name: /Ignore/ }).click();
    await expect(page.getByText("Saving")).toBeVisible();
  });
  await expect(page.getByText("Saved")).toBeVisible({ timeout: 20_000 });
});

test("a table that is dropped on the page becomes a project; what is none says so", async ({ page, workshop }) => {
  await open(page, workshop.server.url, "/");
  await expect(page.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
  await dropFile(page, "clouds.csv", cloudTable(60));
  await expect(page.getByRole("heading", { name: "New project" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("clouds");
  await dropFile(page, "picture.exe", "MZ");
  await expect(page.getByText(/picture\.exe is not a table or a picture that Lathe reads/)).toBeVisible();
});

test("the picker shows what may be used, makes folders, and takes a file of the browser's machine", async ({ page, workshop }) => {
  const project = writeClouds(workshop.folder);
  writeFileSync(join(workshop.folder, "a note.txt"), "");
  await open(page, workshop.server.url, "/");
  await page.getByRole("button", { name: "Open a project" }).click();
  const picker = page.getByRole("dialog");
  await expect(picker).toBeVisible();
  await expectAccessible(page);
  await picker.getByRole("option", { name: workshop.folder }).dblclick();
  await expect(picker.getByRole("option", { name: /clouds/ })).toBeVisible();
  await picker.getByRole("textbox", { name: "Path" }).fill("/etc");
  await picker.getByRole("textbox", { name: "Path" }).press("Enter");
  await expect(picker.getByRole("alert")).toContainText("is not in a folder this server may use");
  await picker.getByRole("textbox", { name: "Path" }).fill(workshop.folder);
  await picker.getByRole("textbox", { name: "Path" }).press("Enter");
  await picker.getByRole("option", { name: /clouds/ }).click();
  await picker.getByRole("button", { name: "Choose", exact: true }).click();
  await expect(page).toHaveURL((url) => decodeURIComponent(url.hash).includes(project));

  await open(page, workshop.server.url, "/");
  await page.getByRole("button", { name: /^New project/ }).click();
  await page.getByRole("dialog").locator("input[type=file]").setInputFiles({ name: "mine.csv", mimeType: "text/csv", buffer: Buffer.from(cloudTable(60)) });
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("mine");
});
