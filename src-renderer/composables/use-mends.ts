import type { Mend } from "../../src-main/contract/model-views.js";
import { isOpen, mendDraft } from "../document/mends.js";
import { useNotices } from "../stores/notices.js";
import { useProject } from "../stores/project.js";
import { texts } from "../texts/index.js";

/** What mends a fault of the network, done at once and undone like any change. */
export function useMends() {
  const project = useProject();
  const notices = useNotices();
  return {
    /** Those that would still change the project. */
    open: (mends: readonly Mend[]): readonly Mend[] => mends.filter((mend) => project.draft && isOpen(mend, project.draft)),
    label: (mend: Mend): string => texts.model.mend.label(mend),
    mend(mend: Mend): void {
      project.edit(texts.model.mend.edit(mend), (draft) => mendDraft(draft, mend));
      notices.say(texts.model.mend.done(mend), { label: texts.undo, run: () => project.undo() });
    },
  };
}
