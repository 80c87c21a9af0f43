import { expect, type Locator, type Page } from "@playwright/test";
import { openAt } from "../studio-page.js";

/** The Predict screen as a person sees it. */
export class PredictPage {
  readonly form: Locator;
  readonly answer: Locator;
  readonly run: Locator;
  readonly file: Locator;
  readonly answers: Locator;
  readonly spreadsheet: Locator;

  constructor(readonly page: Page) {
    this.form = page.getByRole("form", { name: "Values of the row" });
    this.answer = page.getByRole("region", { name: "Answer", exact: true });
    this.run = page.getByRole("combobox", { name: "Run whose model answers" });
    this.file = page.getByRole("region", { name: "A whole file" });
    this.answers = page.getByRole("region", { name: "Answers", exact: true });
    this.spreadsheet = page.getByRole("checkbox", { name: "For a spreadsheet" });
  }

  /** @param url of the studio, with its token. */
  goto(url: string, project: string, run?: string): Promise<void> {
    return openAt(this.page, url, `/project/${encodeURIComponent(project)}/predict${run === undefined ? "" : `?run=${run}`}`);
  }

  field(column: string): Locator {
    return this.form.getByLabel(column, { exact: true });
  }

  async mode(name: "One row" | "A whole file"): Promise<void> {
    await this.page.getByText(name, { exact: true }).first().click();
  }

  /** A file or a folder of many, whatever they are called. */
  async many(): Promise<void> {
    await this.page.getByRole("radiogroup", { name: "What to predict" }).locator("label").nth(1).click();
  }

  async chooseFolder(path: string): Promise<void> {
    await this.file.getByRole("button", { name: /^(Choose a folder|Another folder)$/ }).click();
    const picker = this.page.getByRole("dialog");
    const field = picker.getByLabel("Path");
    await field.fill(path);
    await field.press("Enter");
    // Enter goes there; the foot says which folder would be taken.
    await expect(picker.getByText(path, { exact: true })).toBeVisible();
    await picker.getByRole("button", { name: "Choose", exact: true }).click();
  }

  /** Shares by class, the likeliest first: `["cirrus 91.2%"]` */
  async probabilities(target: string): Promise<readonly string[]> {
    return this.answer
      .getByRole("list", { name: `Probabilities of ${target}` })
      .getByRole("listitem")
      .allInnerTexts();
  }

  async chooseTable(path: string): Promise<void> {
    await this.file
      .getByRole("button", { name: /^(Choose a table|Another table)$/ })
      .first()
      .click();
    const picker = this.page.getByRole("dialog");
    const field = picker.getByLabel("Path");
    await field.fill(path);
    await field.press("Enter");
  }
}
