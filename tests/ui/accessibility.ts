import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** All of axe-core's rules that are on by themselves, or those that go by colours: of the same page in another theme no other can tell anything else. */
export type Rules = "all" | "colours";

/** No serious fault by axe-core's rules on what the page shows. A notice that fades in or out while it is judged is judged once more, when it has. */
export async function expectAccessible(page: Page, rules: Rules = "all"): Promise<void> {
  const faults = await seriousFaults(page, rules);
  if (faults.length === 0) return;
  await drawn(page);
  expect(await seriousFaults(page, rules)).toEqual([]);
}

/** Colours have faded over, notices have come or gone, and what follows the window's size has followed. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    await frame();
    await frame();
    await Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity)
        .map((animation) => animation.finished),
    );
  });
}

/** Styles of other origins, which axe would ask for again, we have none. */
const RUN = { resultTypes: ["violations"], preload: false };
const COLOURS = ["color-contrast", "link-in-text-block"];

async function seriousFaults(page: Page, rules: Rules): Promise<readonly string[]> {
  const options = JSON.stringify(rules === "all" ? RUN : { ...RUN, runOnly: { type: "rule", values: COLOURS } });
  // The page's policy allows no script of others: axe is brought in by the debugger, not by the page.
  const violations = await page.evaluate<readonly Violation[]>(`(async () => { ${source}; return (await axe.run(document, ${options})).violations; })()`);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary ?? ""}`).join("; ")}`);
}
