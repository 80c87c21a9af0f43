import { expect, type Locator, type Page } from "@playwright/test";
import { openAt } from "../studio-page.js";

export type Group = "Inputs" | "Targets" | "Ignored";

/** The Data screen as a person sees it. */
export class DataPage {
  readonly columns: Locator;
  readonly table: Locator;
  readonly inspector: Locator;
  readonly problems: Locator;
  readonly split: Locator;
  readonly choose: Locator;
  readonly search: Locator;

  constructor(readonly page: Page) {
    this.columns = page.getByRole("region", { name: "Columns", exact: true });
    this.table = page.getByRole("table", { name: "Rows" });
    this.inspector = page.getByRole("region", { name: "Column", exact: true });
    this.problems = page.getByRole("region", { name: "What to look at" });
    this.split = page.getByRole("region", { name: "Split" });
    this.choose = page.getByRole("region", { name: "Choose what to predict" });
    this.search = page.getByRole("textbox", { name: "Find in the rows" });
  }

  /** @param url of the studio, with its token. */
  goto(url: string, project: string): Promise<void> {
    return openAt(this.page, url, `/project/${encodeURIComponent(project)}/data`);
  }

  async ready(): Promise<void> {
    await expect(this.table).toBeVisible();
    await expect(this.cell(0, 0)).not.toBeEmpty();
  }

  group(name: Group): Locator {
    return this.columns.getByRole("region", { name, exact: true });
  }

  column(name: string): Locator {
    return this.columns.getByRole("button", { name: new RegExp(`^${name} (numbers|true or false|dates and times|texts|structures|no values), `) });
  }

  async names(group: Group): Promise<readonly string[]> {
    return this.group(group)
      .getByRole("listitem")
      .evaluateAll((all) => all.map((each) => each.querySelector<HTMLElement>("[data-column]")?.dataset["column"] ?? ""));
  }

  async dragTo(column: string, group: Group): Promise<void> {
    await this.column(column).dragTo(this.group(group).getByRole("heading"));
  }

  async giveRoleByMenu(column: string, choice: string): Promise<void> {
    await this.columns.getByRole("button", { name: `Role of ${column}` }).click();
    await this.page
      .getByRole("menu", { name: `Role of ${column}` })
      .getByRole("menuitemradio", { name: choice })
      .click();
  }

  /** Of the rows in view. @param at from 0: the row's number, its part, then the columns. */
  cell(row: number, at: number): Locator {
    return this.table
      .getByRole("row")
      .nth(row + 1)
      .getByRole("cell")
      .or(
        this.table
          .getByRole("row")
          .nth(row + 1)
          .getByRole("rowheader"),
      )
      .nth(at);
  }

  async sortBy(column: string): Promise<void> {
    await this.table.getByRole("button", { name: `${column}: sort` }).click();
  }

  /** "12 of 600 rows" */
  count(): Locator {
    return this.page.getByRole("status").filter({ hasText: /^[\d,]+ (of [\d,]+ )?rows?$/ });
  }

  edge(name: "Where training ends and validation begins" | "Where validation ends and test begins"): Locator {
    return this.split.getByRole("slider", { name });
  }

  async undo(): Promise<void> {
    await this.page.keyboard.press("ControlOrMeta+z");
  }
}
