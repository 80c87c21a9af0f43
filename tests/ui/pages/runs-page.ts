import { type Locator, type Page } from "@playwright/test";
import { openAt } from "../studio-page.js";

/** The Runs screen as a person sees it. */
export class RunsPage {
  readonly table: Locator;
  readonly detail: Locator;
  readonly facts: Locator;
  readonly note: Locator;
  readonly curve: Locator;
  readonly comparison: Locator;
  readonly overlay: Locator;
  readonly differences: Locator;
  readonly trash: Locator;
  readonly find: Locator;
  readonly show: Locator;
  readonly count: Locator;
  readonly delete: Locator;
  readonly target: Locator;

  constructor(readonly page: Page) {
    this.table = page.getByRole("table", { name: "Runs" });
    this.detail = page.getByRole("region", { name: "The chosen run" });
    this.facts = this.detail.getByRole("complementary", { name: "Results" });
    this.note = page.getByRole("textbox", { name: "Note on this run" });
    this.curve = this.detail.getByRole("img", { name: /^Loss over/ });
    this.comparison = page.getByRole("region", { name: "Comparison" });
    this.overlay = this.comparison.getByRole("img");
    this.differences = this.comparison.getByRole("region", { name: "Settings that differ" });
    this.trash = page.getByRole("region", { name: "Trash" });
    this.find = page.getByRole("textbox", { name: "Find runs" });
    this.show = page.getByRole("combobox", { name: "Show" });
    this.count = page.getByRole("status").filter({ hasText: /runs?$/ });
    this.target = page.getByRole("combobox", { name: "Target", exact: true });
    this.delete = page.getByRole("button", { name: "Delete", exact: true });
  }

  /** @param url of the studio, with its token. */
  goto(url: string, project: string, run?: string): Promise<void> {
    return openAt(this.page, url, `/project/${encodeURIComponent(project)}/runs${run === undefined ? "" : `?run=${run}`}`);
  }

  row(name: string): Locator {
    return this.table.getByRole("row").filter({ has: this.page.getByRole("rowheader", { name: new RegExp(`^${name}( has a note)?$`) }) });
  }

  async choose(name: string): Promise<void> {
    await this.row(name).getByRole("rowheader").getByRole("button").click();
  }

  /** Marks a run for comparison, or unmarks it. */
  async pick(name: string): Promise<void> {
    await this.table.getByRole("checkbox", { name: `Compare ${name}`, exact: true }).click();
  }

  async sort(column: string): Promise<void> {
    await this.table.getByRole("columnheader", { name: column }).getByRole("button").click();
  }

  /** What stands in a column, from the top. */
  async column(heading: string): Promise<readonly string[]> {
    const headings = await this.table.getByRole("columnheader").allInnerTexts();
    const at = headings.findIndex((text) => text.replace(/[↑↓]/, "").trim() === heading);
    // All at once: a row that goes away meanwhile would be waited for.
    return this.table
      .locator("tbody tr")
      .evaluateAll((rows, place) => rows.map((row) => (row.children[place] as HTMLElement | undefined)?.innerText ?? ""), at);
  }

  /** The runs that are listed, from the top. */
  names(): Promise<readonly string[]> {
    return this.column("Run");
  }

  async rename(to: string): Promise<void> {
    await this.detail.getByRole("heading").getByRole("button").click();
    const field = this.detail.getByRole("textbox", { name: "Name of this run" });
    await field.fill(to);
    await field.press("Enter");
  }

  /** A result beside its name, e.g. `Engine`. */
  fact(name: string): Locator {
    return this.facts
      .locator("dl > div")
      .filter({ has: this.page.locator("dt", { hasText: new RegExp(`^${name.replaceAll(".", "\\.")}$`) }) })
      .locator("dd");
  }

  /** A setting or a result of the runs that are compared, in their order. */
  compared(name: string): Locator {
    return this.differences
      .getByRole("row")
      .filter({ has: this.page.getByRole("rowheader", { name, exact: true }) })
      .getByRole("cell");
  }

  /** Epochs the curve says it shows. */
  async epochsDrawn(): Promise<number> {
    const label = (await this.curve.getAttribute("aria-label")) ?? "";
    return Number(/over (\d+)/.exec(label)?.[1] ?? 0);
  }

  async undo(): Promise<void> {
    await this.page.getByRole("status").getByRole("button", { name: "Undo" }).last().click();
  }
}
