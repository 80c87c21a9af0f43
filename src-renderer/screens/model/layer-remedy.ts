import type { ModelPlan } from "../../../src-main/contract/model-views.js";
import type { DraftTarget } from "../../document/draft.js";
import type { NetworkLayer } from "../../document/network.js";
import { outputsOf } from "../../../src-main/features/index.js";
import { texts } from "../../texts/index.js";

export interface Remedies {
  connect(): void;
  setWidth(width: number | "classes"): void;
  /** Adds a Linear layer after it, which has the width of the target. */
  addLinear(): void;
}

export interface Remedy {
  readonly label: string;
  readonly run: () => void;
}

/** What mends a layer that reads nothing, or answers a target with the wrong number of outputs; undefined for anything else. */
export function layerRemedy(layer: NetworkLayer, plan: ModelPlan | undefined, targets: readonly DraftTarget[], remedies: Remedies): Remedy | undefined {
  if (layer.sources.length === 0) return { label: texts.model.inspector.connectFrom, run: () => remedies.connect() };
  const output = plan?.outputs.find(({ from }) => from === layer.id);
  const target = targets.find(({ name }) => name === output?.target);
  const shape = plan?.layers.find(({ id }) => id === layer.id)?.shape;
  if (!output || !target || output.width === undefined || shape?.length !== 2 || shape[1] === output.width) return undefined;
  if (layer.type !== "Linear") return { label: texts.model.empty.linear, run: () => remedies.addLinear() };
  const width = outputsOf(target);
  return { label: texts.model.inspector.setWidth(texts.model.form.words[width] ?? String(width)), run: () => remedies.setWidth(width) };
}
