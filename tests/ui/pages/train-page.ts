import { expect, type Locator, type Page } from "@playwright/test";

/** The Train screen as a person sees it. */
export class TrainPage {
  readonly settings: Locator;
  readonly run: Locator;
  readonly choice: Locator;
  readonly figures: Locator;
  readonly warnings: Locator;
  readonly finder: Locator;
  readonly lossCurve: Locator;
  readonly engine: Locator;
  readonly device: Locator;
  readonly weights: Locator;
  readonly lossSum: Locator;

  constructor(readonly page: Page) {
    this.settings = page.getByRole("region", { name: "Settings", exact: true });
    this.run = page.getByRole("group", { name: "The run that is shown" });
    this.choice = this.run.getByRole("combobox", { name: "Run" });
    this.figures = page.getByRole("region", { name: "This run", exact: true }).last();
    this.warnings = page.getByRole("region", { name: "What to look at" });
    this.finder = page.getByRole("dialog", { name: "Find a learning rate" });
    this.engine = this.settings.getByRole("combobox", { name: "Engine", exact: true });
    this.device = this.settings.getByRole("combobox", { name: "Device", exact: true });
    this.weights = this.settings.getByRole("group", { name: "Weights of the targets" });
    this.lossSum = page.getByRole("group", { name: "How the loss is made" });
    this.lossCurve = page.getByRole("figure", { name: "Loss", exact: true });
  }

  static place(project: string, run?: string): string {
    return `/project/${encodeURIComponent(project)}/train${run === undefined ? "" : `?run=${run}`}`;
  }

  /** A setting is taken over with Enter, as a person would. */
  async set(label: string, value: string): Promise<void> {
    const field = this.settings.getByLabel(label, { exact: true });
    await field.fill(value);
    await field.press("Enter");
  }

  /** Each target's share of all weights, as it is told. */
  async shares(): Promise<readonly string[]> {
    return this.weights.locator(".share").allInnerTexts();
  }

  async chooseLoss(name: string): Promise<void> {
    await this.page.getByRole("combobox", { name: "Which loss" }).selectOption({ label: name });
  }

  section(name: string): Locator {
    return this.settings.locator("details").filter({ has: this.page.locator("summary", { hasText: name }) });
  }

  async openSection(name: string): Promise<void> {
    if ((await this.section(name).getAttribute("open")) === null) await this.section(name).locator("summary").click();
  }

  button(name: string): Locator {
    return this.run.getByRole("button", { name, exact: true });
  }

  async start(): Promise<void> {
    await this.run.getByRole("button", { name: /^(Start training|Train again)$/ }).click();
  }

  figure(name: string): Locator {
    return this.figures
      .locator("dl > div")
      .filter({ has: this.page.locator("dt", { hasText: new RegExp(`^${name}$`) }) })
      .locator("dd");
  }

  /** Epochs done, of the run that is shown. */
  async epochs(): Promise<number> {
    const [text = "0"] = await this.figure("Epoch").allTextContents();
    return Number(text.replace(/\s*\/.*/, "").replaceAll(/\D/g, ""));
  }

  async expectEpochs(atLeast: number): Promise<void> {
    await expect.poll(() => this.epochs()).toBeGreaterThanOrEqual(atLeast);
  }

  /** The curve's values as the table beside it has them, the newest first. */
  async lossTable(): Promise<readonly (readonly string[])[]> {
    const toggle = this.lossCurve.getByRole("button", { name: "Table" });
    await toggle.click();
    const rows = await this.lossCurve.getByRole("row").evaluateAll((all) => all.slice(1).map((row) => [...row.children].map((cell) => cell.textContent)));
    await toggle.click();
    return rows;
  }
}
