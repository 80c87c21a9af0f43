import type { PresetChange } from "../../src-main/contract/model-views.js";
import { type Draft, type DraftGroup, type DraftInput, draftOf } from "./draft.js";

/** Puts a preset's network in the place of a draft's, with what has to change with it: how pictures are read, and groups, which name the old layers. */
export function applyPreset(draft: Draft, { model, pictures, groups }: PresetChange): void {
  draft.model = draftOf({ model }).model;
  draft.data.inputs = draft.data.inputs.map((input) => {
    const change = pictures.find(({ name }) => name === input.name);
    return change ? ({ ...input, ...change } as DraftInput) : input;
  });
  if (groups.length > 0) draft.training.groups = groups as DraftGroup[];
  else delete draft.training.groups;
}
