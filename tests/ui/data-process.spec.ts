import { writeClouds } from "./cloud-project.js";
import { expect, test } from "./fixture.js";
import { DataPage } from "./pages/data-page.js";

for (const [signal, tag] of [
  ["SIGKILL", []],
  ["SIGSEGV", ["@long"]],
] as const) {
  test(`the process that reads the table dies of ${signal}: the screen says so, and comes back`, { tag: [...tag] }, async ({ page, workshop }) => {
    test.skip(process.platform === "win32", "Windows has no such signals");
    const data = new DataPage(page);
    await data.goto(workshop.server.url, writeClouds(workshop.folder));
    await data.ready();
    const reader = () => workshop.readers.find(({ asked }) => asked.includes("rows"));
    const questions = () => reader()?.asked.filter((kind) => kind === "rows").length ?? 0;
    await expect(data.count()).toHaveText("300 rows");
    const [before, pid] = [questions(), reader()?.pid];
    // To the system 0 would be all of us.
    if (!pid) throw new Error("no process has been asked for rows");
    // It stands still, so that there is a question under way.
    process.kill(pid, "SIGSTOP");
    await data.search.fill("cumulus");
    await expect.poll(questions).toBeGreaterThan(before);
    process.kill(pid, signal);
    process.kill(pid, "SIGCONT");
    const told = page.getByRole("alert").filter({ hasText: "These rows cannot be shown" });
    await expect(told).toContainText(`clouds.csv ended unexpectedly (signal ${signal}); try again, and it is read again`);
    // The rows that were there stay meanwhile.
    await expect(data.cell(0, 0)).toHaveText("1");
    await told.getByRole("button", { name: "Try again" }).click();
    await expect(data.count()).toHaveText(/^\d+ of 300 rows$/);
    await expect(told).toBeHidden();
    await data.search.fill("");
    await expect(data.count()).toHaveText("300 rows");
    // As many as are needed, and no more.
    expect(workshop.readers.filter(({ asked }) => asked.includes("rows"))).toHaveLength(2);
  });
}
