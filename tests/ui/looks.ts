import { expect, type Page } from "@playwright/test";
import { type Rules, drawn, expectAccessible } from "./accessibility.js";

const sizes = [
  [1920, 1080],
  [1280, 800],
] as const;
/** A small laptop's half of a screen. */
const narrow = [900, 700] as const;
const themes = ["dark", "light"] as const;
/** What is on the page is the same in both; light is looked at all through. */
const rulesIn: Readonly<Record<(typeof themes)[number], Rules>> = { dark: "colours", light: "all" };
const keeps = process.env["LATHE_LOOKS"] !== undefined;

/**
 * Looks at the page as it stands: at no size of the window does anything run over the edge, and axe finds no serious fault in either theme. With LATHE_LOOKS
 * set, pictures of all sizes and themes are kept under test-results/screenshots for a person to judge; drawing them is a good part of a test's time. The page
 * is left as it was: light, 1280x800.
 * @param narrowToo at 900 pixels of width as well
 */
export async function lookAt(page: Page, name: string, narrowToo = false): Promise<void> {
  for (const [width, height] of narrowToo ? [narrow, ...sizes] : sizes) {
    await page.setViewportSize({ width, height });
    // Contrast and names do not depend on the size of the window, lengths not on the theme.
    for (const colorScheme of keeps || width === 1280 ? themes : (["light"] as const)) {
      await page.emulateMedia({ colorScheme });
      await drawn(page);
      expect(
        await page.locator("html").evaluate((html) => [html.scrollWidth - html.clientWidth, html.scrollHeight - html.clientHeight]),
        `${name} at ${width}x${height} runs over the edge`,
      ).toEqual([0, 0]);
      await keepPicture(page, `${name}-${colorScheme}-${width}x${height}`);
      if (width === 1280) await expectAccessible(page, rulesIn[colorScheme]);
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

/** No serious fault by axe-core's rules in either theme, with the page as it stands. @param name a picture of each is kept under it, where they are kept. */
export function expectAccessibleInBothThemes(page: Page, name?: string): Promise<void> {
  return inBothThemes(page, async (theme) => {
    await expectAccessible(page, rulesIn[theme]);
    if (name !== undefined) await keepPicture(page, `${name}-${theme}-1280x800`);
  });
}

/** With LATHE_LOOKS set, a picture of the page under test-results/screenshots. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (keeps) await page.screenshot({ path: `test-results/screenshots/${name}.png` });
}
