import { type Locator, type Page } from "@playwright/test";
import { PickerPage } from "./picker-page.js";
import { openAt } from "../studio-page.js";

/** The Export screen as a person sees it. */
export class ExportPage {
  readonly run: Locator;
  readonly formats: Locator;
  readonly written: Locator;
  readonly model: Locator;
  readonly checks: Locator;
  readonly usage: Locator;
  readonly code: Locator;
  readonly picker: Locator;
  readonly asks: Locator;

  constructor(readonly page: Page) {
    this.run = page.getByRole("combobox", { name: "Run" });
    this.formats = page.getByRole("group", { name: "Format" }).getByRole("radio");
    this.written = page.getByRole("region", { name: "Written" }).getByRole("listitem");
    this.model = page.getByRole("region", { name: "The model" });
    this.checks = page.getByRole("region", { name: "Checks" });
    this.usage = page.getByRole("region", { name: "How to use it" });
    this.code = this.usage.getByRole("region", { name: /^Code in / });
    this.picker = page.getByRole("dialog", { name: /^Export: / });
    this.asks = page.getByRole("dialog", { name: "Replace the file?" });
  }

  /** @param url of the studio, with its token. */
  goto(url: string, project: string, run?: string): Promise<void> {
    return openAt(this.page, url, `/project/${encodeURIComponent(project)}/export${run === undefined ? "" : `?run=${run}`}`);
  }

  format(title: string): Locator {
    return this.page.getByRole("radio", { name: new RegExp(`^${title}`) });
  }

  async begin(title: string): Promise<void> {
    await this.format(title).check();
    await this.page.getByRole("button", { name: `Export ${title}…` }).click();
  }

  /** Chooses where to in the dialog that is open. */
  async save(folder: string, name: string): Promise<void> {
    await new PickerPage(this.page).save(folder, name);
  }

  /** A check beside its name, e.g. `Same predictions`. */
  check(name: string): Locator {
    return this.checks
      .locator("dl > div")
      .filter({ has: this.page.locator("dt", { hasText: new RegExp(`^${name.replaceAll(".", "\\.")}$`) }) })
      .locator("dd");
  }

  /** One of the model's inputs or outputs, by its name. */
  value(part: "Inputs" | "Outputs", name: string): Locator {
    return this.model
      .getByRole("table", { name: part })
      .getByRole("row")
      .filter({ has: this.page.getByRole("rowheader", { name, exact: true }) })
      .getByRole("cell");
  }
}
