import { expect, type Locator, type Page } from "@playwright/test";

/** Home, and the page of a project that is about to be made. */
export class HomePage {
  readonly projects: Locator;
  readonly samples: Locator;
  readonly hints: Locator;
  readonly columns: Locator;
  readonly form: Locator;
  /** Times, ids and lengths of a series that is about to be made. */
  readonly series: Locator;
  /** What was found in the table when it was made regular. */
  readonly found: Locator;
  /** How it becomes regular, folded away. */
  readonly more: Locator;
  readonly create: Locator;
  /** What the columns of a folder of pictures hold for some files. */
  readonly preview: Locator;

  constructor(readonly page: Page) {
    this.projects = page.getByRole("region", { name: "Projects" });
    this.samples = page.getByRole("region", { name: "Samples" });
    this.hints = page.getByRole("region", { name: "How it goes" });
    this.columns = page.getByRole("table", { name: "Columns" });
    this.series = page.getByRole("region", { name: "Series", exact: true });
    this.found = this.series.getByRole("list", { name: "What was found" });
    this.more = this.series.locator("summary");
    this.form = page.getByRole("region", { name: "Project", exact: true });
    this.preview = page.getByRole("table", { name: "What this gives for some files" });
    this.create = page.getByRole("button", { name: "Create the project" });
  }

  /** What a level of folders stands for, or the pattern of the files' names. */
  level(label: string): Locator {
    return this.page.getByRole("region", { name: "Folders and names of files" }).getByRole("textbox", { name: label });
  }

  /** @param url of the studio, with its token. */
  async goto(url: string): Promise<void> {
    await this.page.goto(url);
    await expect(this.projects).toBeVisible();
  }

  project(name: string): Locator {
    // With what is wrong with it, a row of its own.
    return this.projects.getByRole("rowgroup").filter({ has: this.page.getByRole("button", { name: new RegExp(`^${name} /`) }) });
  }

  async open(name: string): Promise<void> {
    await this.project(name)
      .getByRole("button", { name: new RegExp(`^${name} /`) })
      .click();
  }

  async forget(name: string): Promise<void> {
    await this.project(name)
      .getByRole("button", { name: `Take ${name} off this list` })
      .click();
  }

  async startSample(title: string): Promise<void> {
    await this.samples.getByRole("button", { name: `Start ${title}` }).click();
  }

  newProject(): Locator {
    return this.page.getByRole("button", { name: "New project…" });
  }

  /** Goes straight to the page of a project made of that data. */
  async propose(data: string): Promise<void> {
    await this.page.goto(`${this.page.url().replace(/#.*/, "")}#/?data=${encodeURIComponent(data)}`);
  }

  role(column: string): Locator {
    return this.columns.getByRole("combobox", { name: `Role of ${column}` });
  }

  async giveRole(column: string, role: "Input" | "Predict" | "Ignore" | "Known ahead"): Promise<void> {
    await this.role(column).selectOption(role);
  }

  template(title: string): Locator {
    return this.form.getByRole("radio", { name: new RegExp(`^${title}`) });
  }

  name(): Locator {
    return this.form.getByRole("textbox", { name: "Name" });
  }

  folder(): Locator {
    return this.form.getByRole("textbox", { name: "Folder" });
  }

  times(): Locator {
    return this.series.getByRole("combobox", { name: "Times" });
  }

  async chooseTimes(column: string): Promise<void> {
    await this.times().selectOption(column);
  }

  setting(name: "Step" | "Gaps" | "Rows in a step"): Locator {
    return this.series.getByRole("combobox", { name, exact: true });
  }

  /** Of the calendar. */
  part(name: string): Locator {
    return this.series.getByRole("checkbox", { name });
  }

  zone(): Locator {
    return this.series.getByRole("textbox", { name: "Time zone" });
  }

  ids(): Locator {
    return this.series.getByRole("combobox", { name: "Series by" });
  }

  windowRows(): Locator {
    return this.series.getByRole("textbox", { name: "Window (rows)" });
  }

  horizonRows(): Locator {
    return this.series.getByRole("textbox", { name: "Horizon (rows)" });
  }
}
