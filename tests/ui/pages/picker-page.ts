import { expect, type Locator, type Page } from "@playwright/test";

/** The dialog for files and folders of Lathe's machine. */
export class PickerPage {
  readonly path: Locator;
  readonly fileName: Locator;
  readonly folderName: Locator;

  constructor(readonly page: Page) {
    this.path = page.getByRole("textbox", { name: "Path" });
    this.fileName = page.getByRole("textbox", { name: "File name" });
    this.folderName = page.getByRole("textbox", { name: "Folder name" });
  }

  /** Types a path where one chooses a file. */
  async chooseFile(path: string): Promise<void> {
    await this.path.fill(path);
    await this.path.press("Enter");
  }

  /** Goes to a folder and chooses it. */
  async chooseFolder(path: string): Promise<void> {
    await this.path.fill(path);
    await this.path.press("Enter");
    const choose = this.page.getByRole("button", { name: "Choose", exact: true });
    await expect(this.page.getByText(path, { exact: true })).toBeVisible();
    await choose.click();
  }

  /** Names a file or a folder that is to be made. */
  async save(folder: string, name: string): Promise<void> {
    await this.path.fill(folder);
    await this.path.press("Enter");
    await expect(this.path).toHaveValue(folder);
    await this.fileName.or(this.folderName).fill(name);
    await this.page.getByRole("button", { name: "Save", exact: true }).click();
  }
}
