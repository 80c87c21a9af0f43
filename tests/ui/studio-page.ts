import { expect, type Locator, type Page } from "@playwright/test";

/** The studio as a person sees it. */
export class StudioPage {
  /** What the page complained of since it was opened. */
  readonly complaints: string[] = [];
  readonly projects: Locator;
  readonly runs: Locator;
  readonly run: Locator;
  readonly curve: Locator;

  constructor(readonly page: Page) {
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    this.projects = page.getByRole("navigation", { name: "Projects" });
    this.runs = page.getByRole("region", { name: "Runs" });
    this.run = page.getByRole("main");
    this.curve = page.getByRole("img", { name: /Loss over/ });
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(url);
    await expect(this.page.getByRole("heading", { name: "Projects", exact: true })).toBeVisible();
    this.expectNoComplaints();
  }

  expectNoComplaints(): void {
    expect(this.complaints).toEqual([]);
  }

  async openProject(path: string): Promise<void> {
    const field = this.projects.getByLabel("Folder of the project");
    await field.fill(path);
    await field.press("Enter");
  }

  /** Goes there as a keyboard does. */
  async tabTo(target: Locator): Promise<void> {
    for (let i = 0; i < 20 && (await target.and(this.page.locator(":focus")).count()) === 0; i++) await this.page.keyboard.press("Tab");
    await expect(target).toBeFocused();
  }

  async chooseProject(name: string): Promise<void> {
    await this.projects.getByRole("button", { name }).first().click();
  }

  async chooseRun(name: string): Promise<void> {
    await this.runs.getByRole("button", { name }).click();
  }

  /** A number beside its name, e.g. `Engine`. */
  figure(name: string): Locator {
    return this.run.locator("dl > div").filter({ has: this.page.locator("dt", { hasText: new RegExp(`^${name}$`) }) }).locator("dd");
  }

  /** Epochs the curve says it shows. */
  async epochsDrawn(): Promise<number> {
    const label = (await this.curve.getAttribute("aria-label")) ?? "";
    return Number(/over (\d+)/.exec(label)?.[1] ?? 0);
  }
}
