import { expect, type Locator, type Page } from "@playwright/test";

/** Opens the studio at a screen. @param url of the studio, with its token. @param place after the #: `/project/…/train`. */
export async function openAt(page: Page, url: string, place = "/"): Promise<void> {
  await page.goto(url);
  await page.waitForURL((at) => !at.href.includes("token"));
  await page.goto(`${page.url().replace(/#.*/, "")}#${place}`);
}

/** What stands around every screen. */
export class StudioPage {
  /** What the page complained of since it was opened. */
  readonly complaints: string[] = [];
  readonly runBar: Locator;
  readonly steps: Locator;

  constructor(readonly page: Page) {
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    this.runBar = page.getByRole("region", { name: "The run under way" });
    this.steps = page.getByRole("navigation", { name: "Steps of this project" });
  }

  /** @see openAt */
  open(url: string, place?: string): Promise<void> {
    return openAt(this.page, url, place);
  }

  async step(name: string): Promise<void> {
    await this.steps.getByRole("link", { name: new RegExp(`^${name}\\b`) }).click();
  }

  /** Goes there as a keyboard does. */
  async tabTo(target: Locator): Promise<void> {
    for (let i = 0; i < 20 && (await target.and(this.page.locator(":focus")).count()) === 0; i++) await this.page.keyboard.press("Tab");
    await expect(target).toBeFocused();
  }

  expectNoComplaints(): void {
    expect(this.complaints).toEqual([]);
  }
}
