import { type Locator, type Page } from "@playwright/test";
import { openAt } from "../studio-page.js";

/** The Settings screen as a person sees it. */
export class SettingsPage {
  readonly engine: Locator;
  readonly device: Locator;
  readonly threads: Locator;
  readonly threadCount: Locator;
  readonly engines: Locator;
  readonly folders: Locator;
  readonly folder: Locator;
  readonly about: Locator;
  readonly licences: Locator;
  readonly failure: Locator;
  /** What starts TensorFlow's setup, where it is not there. */
  readonly setUp: Locator;
  readonly setupFailure: Locator;

  constructor(readonly page: Page) {
    this.engine = page.getByRole("combobox", { name: "Engine" });
    this.device = page.getByRole("combobox", { name: "Device" });
    this.threads = page.getByRole("combobox", { name: "Threads" });
    this.threadCount = page.getByRole("textbox", { name: "Number of threads" });
    this.engines = page.getByRole("table", { name: "Engines and devices" });
    this.folders = page.getByRole("region", { name: "Folders" });
    this.folder = this.folders.locator("code");
    this.about = page.getByRole("region", { name: "About" });
    this.licences = this.about.getByRole("list", { name: "Licences" }).getByRole("listitem");
    this.setUp = page.getByRole("button", { name: "Set up TensorFlow…" });
    this.setupFailure = page.getByRole("alert").filter({ hasText: "TensorFlow could not be set up" });
    this.failure = page.getByRole("alert").filter({ hasText: "The last change could not be kept" });
  }

  /** @param url of the studio, with its token. */
  goto(url: string, part?: string): Promise<void> {
    return openAt(this.page, url, `/settings${part === undefined ? "" : `?part=${part}`}`);
  }

  theme(name: "As the system" | "Light" | "Dark"): Locator {
    return this.page.getByRole("radiogroup", { name: "Theme" }).getByRole("radio", { name });
  }

  /** Which of the two the page is drawn in. */
  drawn(): Promise<string> {
    return this.page.locator("html").evaluate((html) => getComputedStyle(html).colorScheme);
  }

  part(name: string): Locator {
    return this.page.getByRole("navigation", { name: "Parts of the settings" }).getByRole("link", { name });
  }

  licence(name: string): Locator {
    return this.licences.filter({ has: this.page.getByText(name, { exact: true }) });
  }

  async undo(): Promise<void> {
    await this.page.getByRole("status").getByRole("button", { name: "Undo" }).last().click();
  }
}
