import { expect, type Locator, type Page } from "@playwright/test";
import { openAt } from "../studio-page.js";

/** Pictures on the Data and the Evaluate screen, and the window into the network, as a person sees them. */
export class PicturesPage {
  readonly grid: Locator;
  readonly judged: Locator;
  readonly detail: Locator;
  readonly suspects: Locator;
  readonly inside: Locator;

  constructor(readonly page: Page) {
    this.grid = page.getByRole("listbox", { name: "Pictures", exact: true });
    this.judged = page.getByRole("listbox", { name: "Judged pictures" });
    this.detail = page.getByRole("region", { name: /^Picture / });
    this.suspects = page.getByRole("region", { name: "Labels worth a second look" });
    this.inside = page.getByRole("dialog", { name: /^Inside the network/ });
  }

  /** @param url of the studio, with its token. */
  goto(url: string, project: string, screen: string): Promise<void> {
    return openAt(this.page, url, `/project/${encodeURIComponent(project)}/${screen}`);
  }

  /** Looks at the first judged picture. */
  async lookAtFirst(): Promise<void> {
    await this.judged.getByRole("option").first().click();
    await expect(this.detail).toBeVisible();
  }

  /** A layer's radio button in the window into the network. */
  layer(name: string): Locator {
    return this.inside.getByRole("group", { name: "Layer" }).getByRole("radio", { name: new RegExp(`^${name.replaceAll("+", "\\+")}\\s*\\d`) });
  }

  /** The button itself is not seen: one clicks its words. */
  async chooseLayer(name: string): Promise<void> {
    await this.inside
      .getByRole("group", { name: "Layer" })
      .locator("label")
      .filter({ has: this.page.getByText(name, { exact: true }) })
      .click();
    await expect(this.layer(name)).toBeChecked();
  }

  /** Small pictures of the window into the network: maps or filters. */
  tiles(name: string): Locator {
    return this.inside.getByRole("listbox", { name }).getByRole("option");
  }
}
