import { useNotices } from "../stores/notices.js";
import { usePictureData } from "../stores/picture-data.js";
import { useProject } from "../stores/project.js";
import type { PictureAt } from "../stores/thumbnails.js";
import { texts } from "../texts/index.js";

/** Excluding pictures, bringing them back and labelling them anew: each says what was done, and offers to undo it. */
export function usePictureEdits() {
  const data = usePictureData();
  const notices = useNotices();
  const project = useProject();
  const undo = { label: texts.undo, run: () => project.undo() };
  const t = texts.pictures.edits;
  return {
    exclude(pictures: readonly PictureAt[]): void {
      const wanted = pictures.filter((at) => !data.isExcluded(at));
      if (wanted.length === 0) return;
      data.exclude(t.excludeLabel, wanted, true);
      notices.say(t.excluded(wanted.length), undo);
    },
    bringBack(pictures: readonly PictureAt[]): void {
      const wanted = pictures.filter((at) => data.isExcluded(at));
      if (wanted.length === 0) return;
      data.exclude(t.bringBackLabel, wanted, false);
      notices.say(t.broughtBack(wanted.length), undo);
    },
    relabel(at: PictureAt, column: string, label: string): void {
      data.relabel(t.relabelLabel, at, column, data.saidOf(at)[column] === label ? undefined : label);
      notices.say(t.relabelled(label), undo);
    },
  };
}
