import type { Locator, Page } from "@playwright/test";

/** What only series have on the screens of a project, as a person sees it. */
export class SeriesPage {
  /** Over time, on the Data screen. */
  readonly chart: Locator;
  readonly found: Locator;
  readonly sample: Locator;
  readonly samples: Locator;
  readonly regular: Locator;
  /** On the Train screen. */
  readonly watched: Locator;
  /** On the Evaluate screen. */
  readonly verdict: Locator;
  readonly figures: Locator;

  constructor(readonly page: Page) {
    this.chart = page.getByRole("figure", { name: "Series over time" });
    this.found = page.getByRole("region", { name: "What was found" });
    this.sample = page.getByRole("region", { name: "Sample", exact: true });
    this.samples = page.getByRole("region", { name: "Samples", exact: true });
    this.watched = page.getByRole("figure", { name: "Forecast against actual", exact: true });
    this.verdict = page.getByRole("region", { name: "Is it any good" });
    this.figures = page.getByRole("region", { name: "Figures beside forecasts that need no model" });
    this.regular = page.getByRole("region", { name: "How it becomes regular" });
  }

  static place(project: string, screen: string, run?: string): string {
    return `/project/${encodeURIComponent(project)}/${screen}${run === undefined ? "" : `?run=${run}`}`;
  }

  column(name: string): Locator {
    return this.page.getByRole("group", { name: "Columns that are drawn" }).getByRole("button", { name, exact: true });
  }

  cut(name: "Where training ends and validation begins" | "Where validation ends and test begins"): Locator {
    return this.chart.getByRole("slider", { name });
  }

  viewEnd(name: "Where the view begins" | "Where the view ends"): Locator {
    return this.page.getByRole("slider", { name });
  }

  /** @param share of the plot's width */
  async clickAt(share: number): Promise<void> {
    const plot = this.chart.locator("canvas");
    const box = await plot.boundingBox();
    if (box) await plot.click({ position: { x: box.width * share, y: box.height * 0.4 } });
  }

  async wheelAt(share: number, by: number): Promise<void> {
    const plot = this.chart.locator("canvas");
    const box = await plot.boundingBox();
    if (!box) return;
    await plot.hover({ position: { x: box.width * share, y: box.height * 0.4 } });
    await this.page.mouse.wheel(0, by);
  }
}
