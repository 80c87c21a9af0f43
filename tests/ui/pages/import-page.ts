import { expect, type Locator, type Page } from "@playwright/test";
import { PickerPage } from "./picker-page.js";

/** The screen that makes a project of an ONNX file. */
export class ImportPage {
  readonly facts: Locator;
  readonly nodes: Locator;
  readonly rows: Locator;
  readonly find: Locator;
  readonly form: Locator;
  readonly create: Locator;

  constructor(readonly page: Page) {
    this.facts = page.getByLabel("What it is");
    this.nodes = page.getByRole("region", { name: "Nodes of the file" });
    this.rows = this.nodes.locator("button[data-place]");
    this.find = this.nodes.getByRole("textbox", { name: "Find a node, an operator or a layer" });
    this.form = page.getByRole("region", { name: "Project", exact: true });
    this.create = page.getByRole("button", { name: "Create the project" });
  }

  /** From Home. */
  async choose(file: string): Promise<void> {
    await this.page.getByRole("button", { name: "Open an ONNX network…" }).click();
    await new PickerPage(this.page).chooseFile(file);
  }

  node(name: string): Locator {
    return this.rows.filter({ hasText: name });
  }

  async show(kind: string): Promise<void> {
    await this.nodes.getByRole("radiogroup", { name: "Which nodes are shown" }).getByText(kind).click();
  }

  /** A button of the node that is chosen, or of the form. */
  button(name: string): Locator {
    return this.page.getByRole("button", { name });
  }

  async pixels(meaning: string): Promise<void> {
    await this.form.getByRole("combobox", { name: "What pixels are to it" }).selectOption(meaning);
  }

  async learnFrom(button: "Choose pictures…" | "Choose a table…", path: string): Promise<void> {
    await this.form.getByRole("button", { name: button }).click();
    const picker = new PickerPage(this.page);
    await (button === "Choose pictures…" ? picker.chooseFolder(path) : picker.chooseFile(path));
  }

  async expectReady(): Promise<void> {
    await expect(this.create).not.toHaveAttribute("aria-disabled", "true");
  }
}
