import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "./fixture.js";
import { lookAt } from "./looks.js";
import { HomePage } from "./pages/home-page.js";
import { PickerPage } from "./pages/picker-page.js";

/** Stripes up to so much, in gray of 16 bits. */
async function stripes(path: string, white: number, width: number): Promise<void> {
  const pixels = Uint16Array.from({ length: 16 * 16 }, (_, p) => (Math.floor((p % 16) / width) % 2) * white);
  writeFileSync(
    path,
    await sharp(pixels, { raw: { width: 16, height: 16, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toBuffer(),
  );
}

test("folders of parts are found, and deep pictures are read by what they use together", { tag: "@long" }, async ({ page, studio, workshop }) => {
  const root = join(workshop.folder, "stripes");
  for (const [part, each] of Object.entries({ train: 6, valid: 3, test: 3 }))
    for (const [name, width] of [
      ["wide", 4],
      ["narrow", 1],
    ] as const) {
      mkdirSync(join(root, part, name), { recursive: true });
      for (let i = 0; i < each; i++) await stripes(join(root, part, name, `${i}.png`), 2500 + 100 * i + each, width);
    }
  await studio.open(workshop.server.url);
  await page.getByRole("button", { name: "New from pictures…" }).click();
  await new PickerPage(page).chooseFolder(root);
  const home = new HomePage(page);
  await expect(home.form).toContainText("A folder for the validation was found beside the one for training; it is used as the validation.");
  await expect(home.form).toContainText("A folder for the test was found beside the one for training; it is used as the test.");
  await home.form.getByText("Validation folder").scrollIntoViewIfNeeded();
  await lookAt(page, "parts-new");
  await home.create.click();

  await expect(page).toHaveURL(/\/data$/);
  await expect(page.getByText("24 pictures have more than 8 bits; by what they use together 0 to 4095 (12 bits) is read as black to white")).toBeVisible();
  await expect(page.getByText("own folder").first()).toBeVisible();
  await page.getByRole("listbox", { name: "Pictures" }).getByRole("option").first().click();
  await expect(page.getByText(/^As the network sees it/)).toBeVisible();
  await lookAt(page, "parts-data");
  studio.expectNoComplaints();
});
