/** What is looked at of a run with several targets: one of them, or all together. In the address it is `target:<name>` or `together`. */
export type EvaluateTab = { readonly target: string } | "together";

export function tabKey(tab: EvaluateTab): string {
  return tab === "together" ? tab : `target:${tab.target}`;
}

export function tabOf(key: string | undefined): EvaluateTab | undefined {
  if (key === "together") return "together";
  return key?.startsWith("target:") ? { target: key.slice("target:".length) } : undefined;
}

/** Projects whose tab is kept. */
const most = 40;
const storageKey = "evaluate.tab";

function all(): readonly (readonly [string, string])[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(stored) ? (stored as (readonly [string, string])[]) : [];
  } catch {
    return [];
  }
}

/** The tab that a project was left at. */
export function rememberedTab(project: string): EvaluateTab | undefined {
  return tabOf(all().find(([name]) => name === project)?.[1]);
}

export function rememberTab(project: string, tab: EvaluateTab): void {
  localStorage.setItem(storageKey, JSON.stringify([[project, tabKey(tab)], ...all().filter(([name]) => name !== project)].slice(0, most)));
}
