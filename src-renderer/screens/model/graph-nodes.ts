import type { Catalogue, ModelPlan } from "../../../src-main/contract/model-views.js";
import { formatCount, formatNumber, formatShare } from "../../composables/format.js";
import { defaultLosses } from "../../../src-main/contract/default-losses.js";
import type { Draft } from "../../document/draft.js";
import { groupsOf, learningName, learningOf } from "../../document/layer-groups.js";
import type { Network, NetworkLayer } from "../../document/network.js";
import { layerKey, type NodeRef } from "../../document/node-keys.js";
import { targetWeights } from "../../document/target-weights.js";
import { texts } from "../../texts/index.js";

/** What a node of the graph says. */
export interface NodeView extends NodeRef {
  readonly key: string;
  /** A layer's type, or what kind of end it is. */
  readonly title: string;
  /** `N × 16` */
  readonly shape: string | undefined;
  readonly parameters: number | undefined;
  readonly multiplyAdds: number | undefined;
  /** Of the whole network's multiplications. */
  readonly share: number | undefined;
  readonly problem: string | undefined;
  /** Something that somebody may mean. */
  readonly warning: string | undefined;
  /** Place of its group in the catalogue, which gives its colour. */
  readonly group: number | undefined;
  readonly description: string | undefined;
  /** Of an answer: how wrong it is, and how much that counts where there are others. */
  readonly loss?: string | undefined;
  /** Of an answer, where there are others: "× 0.5", how much its loss counts. */
  readonly weight?: string | undefined;
  /** Of a block: its weights are those of all others that share them. */
  readonly shared?: boolean;
  /** Where it learns otherwise than the network: that it is frozen, or faster or slower. */
  readonly learning?: string | undefined;
  /** For screen readers, in one sentence. */
  readonly label: string;
}

export function shapeText(shape: readonly (string | number)[] | undefined): string | undefined {
  return shape?.join(" × ");
}

/** Every node, by its key. The plan may be a moment older than the network. */
export function nodeViews(
  network: Network,
  plan: ModelPlan | undefined,
  catalogue: Catalogue | undefined,
  draft: Pick<Draft, "data" | "model" | "training"> | undefined,
): ReadonlyMap<string, NodeView> {
  const t = texts.model.graph;
  const groups = [...new Set(catalogue?.layers.map(({ group }) => group))];
  const planned = new Map(plan?.layers.map((layer) => [layer.id, layer]));
  const weights = draft ? targetWeights(draft) : [];
  const views: NodeView[] = [];
  for (const name of network.inputs) {
    const input = plan?.inputs.find((one) => one.name === name);
    views.push(
      labelled({
        kind: "input",
        name,
        key: `input:${name}`,
        title: t.inputNode(name),
        shape: shapeText(input?.shape),
        description: input?.description,
        ...nothing,
      }),
    );
  }
  for (const { id, type, spec, sources } of network.layers) {
    const layer = planned.get(id);
    const group = groups.indexOf(catalogue?.layers.find((entry) => entry.type === type)?.group ?? "");
    views.push(
      labelled({
        kind: "layer",
        name: id,
        key: layerKey(id),
        title: type === "Block" ? `Block ${String(spec["block"])}` : type,
        shape: shapeText(layer?.shape),
        parameters: layer?.parameters,
        multiplyAdds: layer?.multiplyAdds,
        share: layer?.multiplyAdds !== undefined && plan !== undefined && plan.multiplyAdds > 0 ? layer.multiplyAdds / plan.multiplyAdds : undefined,
        problem: layer?.problem,
        warning: layer?.warning,
        group: group < 0 ? undefined : group,
        description: sources.length === 0 ? t.unconnected : undefined,
        shared: type === "Block" && spec["weights"] === "shared",
        learning: draft && (layer?.parameters ?? 0) > 0 ? learningText(draft, { id, spec }) : undefined,
      }),
    );
  }
  network.outputs.forEach(({ target, from, known }) => {
    const output = plan?.outputs.find((one) => one.target === target);
    const weight = weights.find(({ name }) => name === target);
    const kind = draft?.data.targets.find(({ name }) => name === target)?.type;
    const loss = draft?.training.losses?.[target]?.type ?? (kind && defaultLosses[kind]);
    const problem = !known ? t.unknownTarget : from === undefined ? t.unanswered : undefined;
    views.push(
      labelled({
        kind: "output",
        name: target,
        key: `output:${target}`,
        title: t.outputNode(target),
        shape: output?.width === undefined ? undefined : `N × ${output.width}`,
        description: output?.description,
        ...nothing,
        problem,
        loss,
        weight: loss !== undefined && weights.length > 1 && weight ? t.weight(formatNumber(weight.weight)) : undefined,
      }),
    );
  });
  return new Map(views.map((view) => [view.key, view]));
}

function learningText(draft: Pick<Draft, "model" | "training">, { id, spec }: Pick<NetworkLayer, "id" | "spec">): string | undefined {
  const t = texts.model.graph;
  const { frozen, rate } = learningOf(groupsOf(draft), learningName(draft.model, { ...spec, id }));
  return frozen ? t.frozen : rate === 1 ? undefined : t.rate(formatNumber(rate));
}

const nothing = { parameters: undefined, multiplyAdds: undefined, share: undefined, problem: undefined, warning: undefined, group: undefined };

function labelled(view: Omit<NodeView, "label">): NodeView {
  const t = texts.model.graph;
  const parts = [
    view.kind === "layer" ? `${view.name}, ${view.title}` : view.title,
    view.shape === undefined ? t.unknownShape : t.shape(view.shape.replaceAll("×", "by")),
    view.parameters !== undefined && view.parameters > 0 && t.parameters(formatCount(view.parameters)),
    view.loss && [view.loss, view.weight].filter(Boolean).join(" "),
    view.shared === true && t.sharedWeights,
    view.learning,
    view.share !== undefined && view.share > 0 && t.cost(formatShare(view.share)),
    view.problem !== undefined && t.problem(view.problem),
    view.problem === undefined && view.warning !== undefined && t.warning(view.warning),
  ];
  return { ...view, label: parts.filter(Boolean).join(", ") };
}
