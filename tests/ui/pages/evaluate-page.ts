import { type Locator, type Page } from "@playwright/test";
import { openAt } from "../studio-page.js";

/** The Evaluate screen as a person sees it. */
export class EvaluatePage {
  readonly run: Locator;
  readonly tabs: Locator;
  readonly column: Locator;
  readonly cards: Locator;
  readonly matrix: Locator;
  readonly classes: Locator;
  readonly curves: Locator;
  readonly threshold: Locator;
  readonly slider: Locator;
  readonly rows: Locator;
  readonly table: Locator;
  readonly together: Locator;
  readonly combinations: Locator;
  readonly samples: Locator;

  constructor(readonly page: Page) {
    this.run = page.getByRole("combobox", { name: "Run that is judged" });
    this.tabs = page.getByRole("tablist", { name: "Target" });
    this.column = page.getByRole("combobox", { name: "Column" });
    this.cards = page.getByRole("region", { name: "How good it is" });
    this.matrix = page.getByRole("grid", { name: /^Confusion matrix/ });
    this.classes = page.getByRole("table", { name: "Class by class" });
    this.curves = page.getByRole("region", { name: "Over all thresholds" });
    this.threshold = page.getByRole("region", { name: "Threshold", exact: true });
    this.slider = page.getByRole("slider", { name: "Threshold to try" });
    this.rows = page.getByRole("region", { name: /^(Rows|Pictures)$/ });
    this.table = page.getByRole("table", { name: "Judged rows" });
    this.together = page.getByRole("region", { name: "Right together" });
    this.combinations = page.getByRole("table", { name: "What is right and wrong together" });
    this.samples = page.getByRole("table", { name: /of the combination$/ });
  }

  /** @param url of the studio, with its token. */
  goto(url: string, project: string, run?: string): Promise<void> {
    return openAt(this.page, url, `/project/${encodeURIComponent(project)}/evaluate${run === undefined ? "" : `?run=${run}`}`);
  }

  /** @param name of a target, or `Together`. */
  tab(name: string): Locator {
    return this.tabs.getByRole("tab", { name, exact: true });
  }

  async choose(name: string): Promise<void> {
    await this.tab(name).click();
  }

  /** By what is said of each combination: how many samples it has. */
  async combinationCounts(): Promise<ReadonlyMap<string, number>> {
    const lines = await this.combinations
      .locator("tbody tr")
      .evaluateAll((rows) =>
        rows.map((row) => [row.querySelector("button")?.innerText ?? "", row.querySelector<HTMLElement>("td.number")?.innerText ?? ""] as const),
      );
    return new Map(lines.map(([says, count]) => [says, Number(count.replaceAll(",", ""))]));
  }

  async split(name: "Validation" | "Test"): Promise<void> {
    await this.page.getByText(name, { exact: true }).click();
  }

  /** A metric's number, and the same in full. */
  metric(name: string): Locator {
    return this.cards
      .locator("dl > div")
      .filter({ has: this.page.getByText(name, { exact: true }) })
      .locator("dd.value .number");
  }

  cell(truth: string, predicted: string): Locator {
    const label = truth === predicted ? `${truth}: ` : `${truth} taken for ${predicted}: `;
    return this.matrix.locator(`button[aria-label^=${JSON.stringify(label)}]`);
  }

  /** The matrix as it stands there. */
  async counts(): Promise<readonly (readonly number[])[]> {
    return this.matrix
      .locator("tbody tr")
      .evaluateAll((lines) => lines.map((line) => [...line.querySelectorAll("button")].map((cell) => Number(cell.innerText.replaceAll(",", "")))));
  }

  /** Words of one line of the table of classes. */
  async classLine(name: string): Promise<readonly string[]> {
    return this.classes
      .getByRole("row")
      .filter({ has: this.page.getByRole("rowheader", { name, exact: true }) })
      .getByRole("cell")
      .allInnerTexts();
  }

  /** What the threshold decides: found, false alarms, missed, rightly not. */
  async atThreshold(): Promise<readonly number[]> {
    const texts = await this.threshold.getByRole("group", { name: "What it decides" }).locator("dd").allInnerTexts();
    return texts.map((text) => Number(text.replaceAll(",", "")));
  }

  /** How many rows, or pictures, the pane says there are. */
  async total(): Promise<number> {
    const text = await this.rows
      .getByText(/^[\d,]+ (row|picture)s?$/)
      .first()
      .textContent();
    return Number((text ?? "").replace(/ (row|picture)s?$/, "").replaceAll(",", ""));
  }

  /** Row, truth, prediction and what follows, of each line in view. */
  async lines(): Promise<readonly (readonly string[])[]> {
    return this.table
      .locator('[role="rowgroup"] [role="row"]')
      .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll<HTMLElement>('[role="rowheader"], [role="cell"]')].map((cell) => cell.innerText)));
  }
}
