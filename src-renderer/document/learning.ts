import { type LayerHoldings, type LearningWay, learnAs, learningWayOf } from "../../src-main/contract/learning-ways.js";
import { groupsOf } from "./layer-groups.js";
import type { Draft } from "./draft.js";

/** How a draft's pretrained blocks learn. Drafts may be unfinished: what cannot be told is undefined. */

/** `custom`: by groups of somebody's own making. */
export type LearningState = LearningWay | "custom";

type Model = Parameters<typeof learnAs>[0];

/** @returns undefined where no block is pretrained; `custom` where the groups are of somebody's own making */
export function wayOf(draft: Pick<Draft, "model" | "training">, holdings: LayerHoldings): LearningState | undefined {
  const [model, groups] = [draft.model as Model, groupsOf(draft)];
  return attempt(() => (learnAs(model, groups, "features", holdings) === undefined ? undefined : (learningWayOf(model, groups, holdings) ?? "custom")));
}

/** Makes its pretrained blocks learn in another way. */
export function setWay(draft: Draft, way: LearningWay, holdings: LayerHoldings): void {
  const groups = attempt(() => learnAs(draft.model as Model, groupsOf(draft), way, holdings));
  if (groups) draft.training.groups = groups.map((group) => ({ ...group, layers: [...group.layers] }) as NonNullable<Draft["training"]["groups"]>[number]);
}

/** Blocks that contain themselves, or options that are no options: the Model screen tells of them. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
