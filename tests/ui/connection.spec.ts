import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { type RunningServer, startServer } from "../../src-main/server/index.js";
import { createStudio } from "../../src-main/services/studio.js";
import { expectAccessible } from "./accessibility.js";
import { cloudTable, writeClouds } from "./cloud-project.js";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { writeNine } from "./nine-columns.js";
import { HomePage } from "./pages/home-page.js";
import { ModelPage } from "./pages/model-page.js";
import { PickerPage } from "./pages/picker-page.js";
import { openAt } from "./studio-page.js";

/** A second server, at a port of its own, whose projects lie below `folder`. */
function startAnother(folder: string): Promise<RunningServer> {
  return startServer({ studio: createStudio({ allowedFolders: [folder], home: join(folder, "other-home") }), onRefusal: () => undefined });
}
const data = (project: string) => `/project/${encodeURIComponent(project)}/data`;

/** As from the desktop: a file with these bytes over the page, let go there. */
async function dropFile(page: Page, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([file, content]) => {
      const made = new DataTransfer();
      made.items.add(new File([content ?? ""], file ?? ""));
      return made;
    },
    [name, text],
  );
  const window = page.locator("body");
  await window.dispatchEvent("dragover", { dataTransfer: transfer });
  await expect(page.getByText("Drop it here")).toBeVisible();
  await window.dispatchEvent("drop", { dataTransfer: transfer });
}

test("a server that was away comes back, and the view has stayed", async ({ page, workshop }) => {
  const project = writeClouds(workshop.folder);
  await openAt(page, workshop.server.url, data(project));
  await expect(page.getByRole("table", { name: "Rows" })).toBeVisible();
  await page.getByRole("textbox", { name: "Find in the rows" }).fill("cirrus");
  await workshop.restart(async () => {
    await expect(page.getByText(/The connection to Lathe was lost/)).toBeVisible();
    await expect(page.getByRole("table", { name: "Rows" })).toBeVisible();
    await expectAccessible(page);
  });
  await expect(page.getByText(/The connection to Lathe was lost/)).toBeHidden();
  await expect(page.getByRole("textbox", { name: "Find in the rows" })).toHaveValue("cirrus");
  await expect(page.getByRole("table", { name: "Rows" })).toBeVisible();
});

/** What the server answers to these procedures does not reach the page, as from a machine that is busy. @returns lets one's answers go, from then on */
async function holdAnswers(page: Page, ...paths: readonly string[]): Promise<(path: string) => void> {
  const held = new Map(paths.map((path) => [path, [] as (() => void)[]]));
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer();
    const asked = new Map<string, string>();
    socket.onMessage((message) => {
      const { i, m, a } = JSON.parse(String(message)) as { readonly i?: string; readonly m?: string; readonly a?: readonly [{ readonly path: string }] };
      if (m === "call") asked.set(i ?? "", a?.[0].path ?? "");
      server.send(message);
    });
    server.onMessage((message) => {
      const { t, i = "" } = JSON.parse(String(message)) as { readonly t: string; readonly i?: string };
      const waiting = t === "s" ? held.get(asked.get(i) ?? "") : undefined;
      if (waiting) waiting.push(() => socket.send(message));
      else socket.send(message);
    });
  });
  return (path) => {
    const waiting = held.get(path) ?? [];
    held.delete(path);
    for (const go of waiting) go();
  };
}

test("what a slow answer brings moves nothing under the mouse, and writes over nothing that is being typed", async ({ page, studio, workshop }) => {
  const letGo = await holdAnswers(page, "model.plan", "files.list");
  const project = writeNine(workshop.folder, { model: { layers: [{ id: "fc1", type: "Linear", outFeatures: 1 }], outputs: [{ target: "y", from: "fc1" }] } });
  const model = new ModelPage(page);
  await model.goto(workshop.server.url, project);
  await expect(model.node("fc1")).toBeVisible();
  await expect(model.totals).not.toContainText("No problems");
  await model.settled();
  const before = await model.place("fc1");
  letGo("model.plan");
  await expect(model.totals).toContainText("No problems");
  await model.settled();
  expect(await model.place("fc1")).toEqual(before);

  const home = new HomePage(page);
  await page.getByRole("link", { name: "Home" }).click();
  await home.newProject().click();
  const picker = new PickerPage(page);
  const listed = page.getByRole("listbox").getByRole("option");
  await picker.path.fill("/no/such/folder");
  await expect(listed).toHaveCount(0);
  letGo("files.list");
  await expect(listed).not.toHaveCount(0);
  await expect(picker.path).toHaveValue("/no/such/folder");
  // Where it leads nowhere, it can be mended; where it leads, it is written out.
  await picker.path.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("/no/such/folder");
  await expect(picker.path).toHaveValue("/no/such/folder");
  await picker.path.fill(`${project}/../`);
  await picker.path.press("Enter");
  await expect(picker.path).toHaveValue(workshop.folder);
  studio.expectNoComplaints();
});

test("an address without the token says where to find it, on a page that looks right", async ({ page, workshop }) => {
  await page.goto(new URL(workshop.server.url).origin);
  await expect(page.getByRole("main")).toHaveText(/this needs the token: open the link that lathe serve printed/);
  await lookAt(page, "refused");
});

test(
  "two servers at two ports keep a window each in one browser; what else listens on this machine is sent neither's cookie",
  { tag: "@long" },
  async ({ page, studio, workshop }) => {
    const other = await startAnother(workshop.folder);
    const heard: (string | undefined)[] = [];
    const stranger = createServer(({ headers: { cookie } }, response) => {
      heard.push(cookie);
      // What it could do to ours.
      response
        .writeHead(200, { "Content-Type": "text/html", "Set-Cookie": ["lathe=; Path=/", "lathe-session=; Path=/; Max-Age=0"] })
        .end("<title>stranger</title>");
    }).listen(0, "127.0.0.1");
    await once(stranger, "listening");
    try {
      const second = await page.context().newPage();
      await studio.open(workshop.server.url);
      await second.goto(other.url);
      const projects = (at: Page) => expect(at.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
      await projects(page);
      await projects(second);
      const third = await page.context().newPage();
      await third.goto(`http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`);
      await expect(third).toHaveTitle("stranger");
      // A browser may ask for an icon too, with the cookies that the stranger gave it.
      expect(heard.length).toBeGreaterThan(0);
      expect(heard.join("; ")).not.toMatch(/lathe-[0-9a-f]{12}/);

      // Neither replaced nor logged out the other, and nor did the third.
      for (const at of [page, second]) {
        await at.reload();
        await projects(at);
      }
      // The one's cookie does not open the other, not even at an address below its path.
      const { pathname } = new URL(page.url());
      expect((await second.goto(`http://127.0.0.1:${other.port}${pathname}`))?.status()).toBe(401);
      studio.expectNoComplaints();
    } finally {
      stranger.close();
      stranger.closeAllConnections();
      await other.close();
    }
  },
);

test("a server that was started anew has another address, which is said; what is asked for then ends", async ({ page, workshop }) => {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  const project = writeClouds(workshop.folder);
  await openAt(page, workshop.server.url, data(project));
  await expect(page.getByRole("table", { name: "Rows" })).toBeVisible();
  await workshop.restart(() => Promise.resolve(), true);
  await expect(page.getByText(/its address has changed: open the link/)).toBeVisible();
  const asked = workshop.refusals.length;
  await page.waitForTimeout(1500);
  // It does not continue knocking.
  expect(workshop.refusals.length).toBe(asked);
  await page.getByRole("textbox", { name: "Find in the rows" }).fill("cirrus");
  await expect(page.getByText(/not, or no longer, the server's; open the link that lathe serve printed last/).first()).toBeVisible();
  expect(faults).toEqual([]);
});

test("a change made while the server is away is kept and saved when it is back", async ({ page, workshop }) => {
  const project = writeClouds(workshop.folder);
  await openAt(page, workshop.server.url, data(project));
  await expect(page.getByRole("table", { name: "Rows" })).toBeVisible();
  await workshop.restart(async () => {
    await expect(page.getByText(/The connection to Lathe was lost/)).toBeVisible();
    await page.getByRole("button", { name: "Role of season" }).click();
    await page.getByRole("menuitemradio", { name: /Ignore/ }).click();
    await expect(page.getByText("Saving")).toBeVisible();
  });
  await expect(page.getByText("Saved")).toBeVisible();
});

test("a table that is dropped on the page becomes a project; what is none says so", async ({ page, workshop }) => {
  await openAt(page, workshop.server.url, "/");
  await expect(page.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
  await dropFile(page, "clouds.csv", cloudTable(60));
  await expect(page.getByRole("heading", { name: "New project" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("clouds");
  await dropFile(page, "picture.exe", "MZ");
  await expect(page.getByText(/picture\.exe is not a table, a picture or a network that Lathe reads/)).toBeVisible();
});

test("a file that is dropped while another is sent is sent after it", async ({ page, studio, workshop }) => {
  await studio.open(workshop.server.url);
  await expect(page.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
  let go: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route(/\/upload\?name=first/, async (route) => {
    await held;
    await route.continue();
  });
  const names: string[] = [];
  page.on("response", (response) => response.url().includes("/upload?") && names.push(new URL(response.url()).searchParams.get("name") ?? ""));
  await dropFile(page, "first.csv", cloudTable(40));
  await expect(page.getByText(/Sending first\.csv/)).toBeVisible();
  await dropFile(page, "second.csv", cloudTable(40));
  go();
  await expect.poll(() => names).toEqual(["first.csv", "second.csv"]);
  studio.expectNoComplaints();
});

test("the picker shows what may be used, makes folders, and takes a file of the browser's machine", async ({ page, workshop }) => {
  const project = writeClouds(workshop.folder);
  writeFileSync(join(workshop.folder, "a note.txt"), "");
  await openAt(page, workshop.server.url, "/");
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

  await openAt(page, workshop.server.url, "/");
  await page.getByRole("button", { name: /^New project/ }).click();
  await page
    .getByRole("dialog")
    .locator("input[type=file]")
    .setInputFiles({ name: "mine.csv", mimeType: "text/csv", buffer: Buffer.from(cloudTable(60)) });
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("mine");
});
