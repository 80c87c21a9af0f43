import type { DraftTarget } from "./draft.js";

const losses: Readonly<Record<DraftTarget["type"], string>> = { binary: "BCEWithLogitsLoss", category: "CrossEntropyLoss", numeric: "MSELoss" };

/** The loss of a target that names none, as the project file completes it (contract/project.ts). */
export function defaultLossOf(type: DraftTarget["type"]): string {
  return losses[type];
}
