import type { useNewProject } from "../stores/new-project.js";
import { texts } from "../texts/index.js";

/** Why a project of the data at hand cannot be made yet, whatever it begins from; undefined where it can. */
export function projectReason(making: ReturnType<typeof useNewProject>): string | undefined {
  const t = texts.home.propose;
  if (!making.settled && !making.state.error) return t.reading;
  if (making.targets.length === 0) return t.reasons.target;
  if (making.state.error) return making.series ? t.reasons.series : t.reasons.targets;
  if ((making.proposal?.pictures?.classes.length ?? 2) < 2) return t.oneClass;
  if (making.inputs.length === 0) return t.reasons.inputs;
  if (making.name.trim() === "") return t.reasons.name;
  return making.folder.trim() === "" ? t.reasons.folder : undefined;
}
