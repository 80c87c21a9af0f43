import { expect, type Page } from "@playwright/test";
import { drawn, expectAccessible } from "./accessibility.js";

const sizes = [
  [1920, 1080],
  [1280, 800],
] as const;
/** A small laptop's half of a screen. */
const narrow = [900, 700] as const;
const themes = ["dark", "light"] as const;

/**
 * Looks at the page as it stands, in both themes and both window sizes: nothing runs over the edge, axe finds no serious fault, and the picture is kept under
 * test-results/screenshots for a person to judge. The page is left as it was: light, 1280x800.
 * @param narrowToo at 900 pixels of width as well
 */
export async function lookAt(page: Page, name: string, narrowToo = false): Promise<void> {
  for (const [width, height] of narrowToo ? [narrow, ...sizes] : sizes) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme });
      await drawn(page);
      expect(
        await page.locator("html").evaluate((html) => [html.scrollWidth - html.clientWidth, html.scrollHeight - html.clientHeight]),
        `${name} at ${width}x${height} runs over the edge`,
      ).toEqual([0, 0]);
      await page.screenshot({ path: `test-results/screenshots/${name}-${colorScheme}-${width}x${height}.png` });
      // Contrast and names do not depend on the size of the window.
      if (width === 1280) await expectAccessible(page);
    }
  }
}

/** Does in one theme after the other what is to hold in both, with the page as it stands; it is left light. */
export async function inBothThemes(page: Page, look: (theme: (typeof themes)[number]) => Promise<void>): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    await drawn(page);
    await look(colorScheme);
  }
}
