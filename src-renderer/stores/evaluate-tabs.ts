import { createProjectMemory } from "../document/project-memory.js";

/** What is looked at of a run with several targets: one of them, or all together. In the address it is `target:<name>` or `together`. */
export type EvaluateTab = { readonly target: string } | "together";

export function tabKey(tab: EvaluateTab): string {
  return tab === "together" ? tab : `target:${tab.target}`;
}

export function tabOf(key: string | undefined): EvaluateTab | undefined {
  if (key === "together") return "together";
  return key?.startsWith("target:") ? { target: key.slice("target:".length) } : undefined;
}

const memory = createProjectMemory<string>("evaluate.tab");

/** The tab that a project was left at. */
export function rememberedTab(project: string): EvaluateTab | undefined {
  return tabOf(memory.of(project));
}

export function rememberTab(project: string, tab: EvaluateTab): void {
  memory.keep(project, tabKey(tab));
}
