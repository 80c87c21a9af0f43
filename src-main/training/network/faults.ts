import type { Mend, NetworkFault } from "../../contract/model-views.js";
import type { Vocabulary } from "../../features/kind.js";
import { ALL_VALUES, embedding } from "../../layers/embedding.js";
import { activationOf } from "../../layers/layer.js";
import { losses } from "../../losses/index.js";
import type { LossDefinition, LossInput } from "../../losses/loss.js";
import type { TensorType } from "../../onnx/types.js";
import type { AskedTarget } from "./asked-target.js";
import type { NetworkPlan, PlannedLayer } from "./network.js";
import { sameValues } from "./same-values.js";
import { useOfInputs } from "./used-inputs.js";
import { limitedNumbers, range } from "./limited-numbers.js";

/** As training has it where a project says nothing. */
export const USUAL_BATCH = 32;

export interface FaultSetting {
  readonly plan: NetworkPlan;
  /** Of inputs and layers, by name; what is not known is not looked at. */
  readonly types: ReadonlyMap<string, TensorType>;
  readonly targets: readonly AskedTarget[];
  /** Names of the inputs. */
  readonly inputs?: readonly string[];
  /** Inputs that are numbers of tokens, with which there may be. */
  readonly vocabularies?: ReadonlyMap<string, Vocabulary>;
  /** Rows of a training step. */
  readonly batch?: number | undefined;
  /** Rows that train, where they are counted. */
  readonly rows?: number | undefined;
}

/**
 * Looks for what keeps a network from learning though all its parts fit together: an output that nothing changes, a layer behind the output that gives what
 * the loss does not expect. Errors come first; a layer has one fault.
 */
export function findFaults(setting: FaultSetting): readonly NetworkFault[] {
  const found = [
    ...batches(setting),
    ...constants(setting),
    ...weightless(setting),
    ...tokens(setting),
    ...ends(setting),
    ...unread(setting),
    ...leftovers(setting),
  ];
  const first = new Map<string, NetworkFault>();
  for (const severity of ["error", "warning"])
    for (const fault of found) if (fault.severity === severity && !first.has(fault.layer)) first.set(fault.layer, fault);
  return [...first.values()];
}

function label({ id, definition }: PlannedLayer): string {
  return `layer ${id} (${definition.type})`;
}

/** The types of what a layer reads; undefined where one is not known. */
function readBy(layer: PlannedLayer, types: FaultSetting["types"]): readonly TensorType[] | undefined {
  const read = layer.from.flatMap((name) => types.get(name) ?? []);
  return read.length === layer.from.length && types.has(layer.id) ? read : undefined;
}

/** Layers that give the same whatever they read. Where no other way leads to an output, it does not depend on any input. */
function constants({ plan, types, batch }: FaultSetting): readonly NetworkFault[] {
  const same = sameValues(plan);
  const makers = new Map<string, { readonly layer: PlannedLayer; readonly why: string }>();
  const own: { readonly layer: PlannedLayer; readonly why: string }[] = [];
  for (const layer of plan.layers) {
    const read = readBy(layer, types);
    const why = (read && layer.definition.constant?.(layer.config, read, batch)) ?? ofSame(layer, same);
    const before = layer.from.map((name) => makers.get(name));
    const [first] = before;
    if (why !== undefined) {
      own.push({ layer, why });
      makers.set(layer.id, { layer, why });
    } else if (first && before.every(Boolean)) makers.set(layer.id, first);
  }
  return own.map(({ layer, why }) => {
    const output = plan.outputs.find(({ from }) => makers.get(from)?.layer === layer);
    const mend = layer.definition.constantOfSame === undefined ? "remove it" : "connect something else to it, or remove it";
    const consequence = output ? `so target ${output.target} does not depend on any input` : "so what comes before it is lost";
    return {
      severity: output ? "error" : "warning",
      code: "constant",
      layer: layer.id,
      message: `${label(layer)} gives the same for every row, because ${why}, ${consequence}; ${mend}`,
      mends: [{ do: "remove", layer: layer.id }],
    };
  });
}

/** Why a layer that compares gives the same, where it reads one value several times. */
function ofSame({ definition, from }: PlannedLayer, same: ReadonlyMap<string, string>): string | undefined {
  return new Set(from.map((name) => same.get(name) ?? name)).size === 1 ? definition.constantOfSame : undefined;
}

/** Layers that compare the rows of a step, where there is one. */
function batches({ plan, batch, rows }: FaultSetting): readonly NetworkFault[] {
  const last = batch === undefined || rows === undefined ? undefined : rows % batch;
  if (batch !== 1 && last !== 1) return [];
  return plan.layers.flatMap((layer): NetworkFault[] => {
    if (layer.definition.needsBatch !== true || layer.frozen === true) return [];
    const shared = { code: "one-row", layer: layer.id } as const;
    if (batch !== 1)
      return [
        {
          ...shared,
          severity: "warning",
          message: `${label(layer)} cannot train on the last batch of an epoch, which would hold one row: that is omitted; use another batchSize`,
          mends: [],
        },
      ];
    return [
      {
        ...shared,
        severity: "error",
        message: `${label(layer)} cannot train on batches of one row, whose mean is the row itself; use a batchSize of 2 or more, or remove it`,
        mends: [...(rows === 1 ? [] : [{ do: "batch", size: USUAL_BATCH } as const]), { do: "remove", layer: layer.id }],
      },
    ];
  });
}

/** Outputs to which no layer with weights leads. */
function weightless({ plan, types }: FaultSetting): readonly NetworkFault[] {
  const byId = new Map(plan.layers.map((layer) => [layer.id, layer]));
  // Undefined: not known.
  const learns = new Map<string, boolean | undefined>();
  for (const layer of plan.layers) {
    const read = readBy(layer, types);
    const own = read && (layer.definition.parameters?.(layer.config, read) ?? []).length > 0;
    const before = layer.from.map((name) => (byId.has(name) ? learns.get(name) : types.has(name) ? false : undefined));
    learns.set(layer.id, own === true || before.includes(true) ? true : own === undefined || before.includes(undefined) ? undefined : false);
  }
  return plan.outputs.flatMap(({ target, from }): NetworkFault[] => {
    const layer = byId.get(from);
    if (!layer || learns.get(from) !== false) return [];
    const message = `${label(layer)} answers target ${target}, but no layer on the way to it has weights, so nothing can be learnt; add a Linear`;
    return [{ severity: "error", code: "no-weights", layer: from, message, mends: [{ do: "add", layer: from, type: "Linear" }] }];
  });
}

/** Inputs that no way leads from to an output; `layer` is the input. */
function unread({ plan, inputs = [] }: FaultSetting): readonly NetworkFault[] {
  if (plan.outputs.length === 0) return [];
  const { used, read } = useOfInputs(plan);
  return inputs.flatMap((name): NetworkFault[] => {
    if (used.has(name)) return [];
    const what = read.has(name) ? `what layers make of input ${name} reaches no output` : `no layer reads input ${name}`;
    const message = `${what}: its columns change no answer, and the model's file does not take them; connect it, or remove it`;
    return [{ severity: "warning", code: "unread", layer: name, message, mends: [] }];
  });
}

/** The last layers of branches that lead to no output. */
function leftovers({ plan, inputs }: FaultSetting): readonly NetworkFault[] {
  if (plan.outputs.length === 0 || inputs === undefined) return [];
  const { used, read } = useOfInputs(plan);
  return plan.layers.flatMap((layer): NetworkFault[] => {
    if (used.has(layer.id) || read.has(layer.id)) return [];
    const message =
      `${label(layer)} reaches no output: nothing reads what it gives, and it changes no answer; ` + `make it the output of a target, connect it, or remove it`;
    return [{ severity: "warning", code: "unread", layer: layer.id, message, mends: [{ do: "remove", layer: layer.id }] }];
  });
}

/** What reads numbers of tokens as if they were quantities, or not all of them. */
function tokens({ plan, vocabularies = new Map<string, Vocabulary>() }: FaultSetting): readonly NetworkFault[] {
  return plan.layers.flatMap((layer): NetworkFault[] => {
    const input = layer.from.find((name) => vocabularies.has(name));
    const vocabulary = input === undefined ? undefined : vocabularies.get(input);
    if (input === undefined || vocabulary === undefined) return [];
    const { size, of } = vocabulary;
    const shared = { code: "tokens", layer: layer.id, mends: [] } as const;
    const rows = embeddingRows(layer);
    if (rows === undefined) {
      const message =
        `${label(layer)} reads input ${input} as quantities, but it holds numbers of ${of}, of which none is more than another; put an ` +
        `Embedding with numEmbeddings ${of === "values" ? `"${ALL_VALUES}"` : size} between them`;
      return [{ ...shared, severity: "error", message }];
    }
    if (size === undefined || rows === ALL_VALUES || rows >= size) return [];
    const message =
      `${label(layer)} has numEmbeddings ${rows}, but input ${input} has numbers up to ${size - 1}: those from ${rows} on are read as ` +
      `nothing; use ${size}`;
    return [{ ...shared, severity: "warning", message }];
  });
}

function embeddingRows({ definition, config }: PlannedLayer): number | typeof ALL_VALUES | undefined {
  return definition === embedding ? (config as { readonly numEmbeddings: number | typeof ALL_VALUES }).numEmbeddings : undefined;
}

/** From an output back to the layer that makes its values: those behind it pass them on. Empty where an input is the output. */
function lastLayers({ layers }: NetworkPlan, output: string): readonly PlannedLayer[] {
  const last: PlannedLayer[] = [];
  let layer = layers.find(({ id }) => id === output);
  while (layer) {
    last.push(layer);
    const [before] = layer.definition.passes === true ? layer.from : [];
    layer = layers.find(({ id }) => id === before);
    // Its values are an input's.
    if (!layer && before !== undefined) return [];
  }
  return last;
}

/** True where not every number can come out. */
export function isLimited(plan: NetworkPlan, target: string): boolean {
  const layer = lastLayers(plan, plan.outputs.find((output) => output.target === target)?.from ?? "").at(-1);
  return layer?.definition.values !== undefined;
}

/** What stands last before each output, back to the layer that makes the values. */
function ends({ plan, targets }: FaultSetting): readonly NetworkFault[] {
  return plan.outputs.flatMap(({ target, from }) => {
    const asked = targets.find(({ name }) => name === target);
    // A loss of another kind of target is told of by itself.
    if (!asked || !losses.has(asked.loss) || !losses.get(asked.loss).targets.includes(asked.kind)) return [];
    const faults: NetworkFault[] = [];
    const last = lastLayers(plan, from);
    for (const layer of last) {
      const change = layer.definition.atEnd?.(layer.config);
      if (change === undefined) continue;
      const message = `${label(layer)} is the last before target ${target}, where it changes the answers: ${change}; remove it`;
      faults.push({ severity: "warning", code: "at-end", layer: layer.id, message, mends: [{ do: "remove", layer: layer.id }] });
    }
    const layer = last.at(-1);
    const fault = layer && endFault(layer, asked, losses.get(asked.loss));
    return fault ? [...faults, fault] : faults;
  });
}

/** What the values of a layer are taken for, where nobody says more: any number can be a score. */
function madeBy({ definition, config }: PlannedLayer): LossInput {
  return definition.values?.(config).are ?? "scores";
}

function endFault(layer: PlannedLayer, target: AskedTarget, loss: LossDefinition): NetworkFault | undefined {
  switch (loss.expects) {
    case "probabilities":
    case "log-probabilities":
      return madeBy(layer) === loss.expects ? undefined : wrongInput(layer, target, loss);
    case "scores":
      return target.kind === "category" ? limitedClasses(layer, target, loss) : limitedYes(layer, target, loss);
    case "values":
      return target.kind === "embedding" ? undefined : limitedNumbers(layer, target);
  }
}

/** A loss of the same kind of target that expects something else. */
function otherLoss(target: AskedTarget, expects: LossInput): string | undefined {
  return losses.all.find((loss) => loss.targets.includes(target.kind) && loss.expects === expects)?.type;
}

/** Layers that make what a loss expects of scores. */
const MAKERS: Readonly<Record<"probabilities" | "log-probabilities", string>> = { probabilities: "Sigmoid", "log-probabilities": "LogSoftmax" };

function wrongInput(layer: PlannedLayer, target: AskedTarget, loss: LossDefinition): NetworkFault | undefined {
  if (loss.expects === "scores" || loss.expects === "values") return undefined;
  const maker = MAKERS[loss.expects];
  const scores = otherLoss(target, "scores");
  const isOther = madeBy(layer) !== "scores";
  const mends: Mend[] = [
    isOther ? { do: "type", layer: layer.id, type: maker } : { do: "add", layer: layer.id, type: maker },
    ...(scores === undefined || isOther ? [] : [{ do: "loss", target: target.name, loss: scores } as const]),
  ];
  const way = isOther ? `make it a ${maker}` : `add one${scores === undefined ? "" : `, or use ${scores}, which needs none`}`;
  return {
    severity: "error",
    code: "wrong-input",
    layer: layer.id,
    message: `${label(layer)} ends in what ${loss.type} does not expect: it wants ${words(loss.expects)}, from a ${maker} layer; ${way}`,
    mends,
  };
}

function words(expects: "probabilities" | "log-probabilities"): string {
  return expects === "probabilities" ? "probabilities" : "logarithms of probabilities";
}

/** Takes the layer away, or gives its values to the loss that expects them. */
function removeOr(layer: PlannedLayer, target: AskedTarget): { readonly words: string; readonly mends: readonly Mend[] } {
  const made = madeBy(layer);
  const other = made === "scores" ? undefined : otherLoss(target, made);
  return {
    words: `remove it${other === undefined ? "" : `, or use ${other}`}`,
    mends: [{ do: "remove", layer: layer.id }, ...(other === undefined ? [] : [{ do: "loss", target: target.name, loss: other } as const])],
  };
}

/** The softmax of scores that lie within w of each other gives no class more than 1 / (1 + (classes - 1)·e^-w). */
function limitedClasses(layer: PlannedLayer, target: AskedTarget, loss: LossDefinition): NetworkFault | undefined {
  const { definition, config } = layer;
  const trait = definition.values?.(config);
  if (!trait) return undefined;
  const { words: way, mends } = removeOr(layer, target);
  const shared = { layer: layer.id, mends } as const;
  if (trait.are === "log-probabilities")
    return { ...shared, severity: "warning", code: "twice", message: `${label(layer)} changes nothing: ${loss.type} does the same to what it gets; ${way}` };
  const spread = trait.range[1] - trait.range[0];
  if (spread < Infinity) {
    const most = 1 / (1 + ((target.width ?? 2) - 1) * Math.exp(-spread));
    const message =
      `${label(layer)} gives ${range(trait.range)}, and ${loss.type} takes that for scores, of which it makes probabilities itself: none could be above ` +
      `${percent(most)}${target.width === undefined ? ", with more than two classes less" : ""}; ${way}`;
    return { ...shared, severity: spread <= 1 ? "error" : "warning", code: "limited", message };
  }
  if (activationOf(definition, config)?.deadAtOrBelow === undefined) return undefined;
  const message = `${label(layer)} makes every score below ${trait.range[0]} the same, and a class whose scores are all there learns no more; ${way}`;
  return { ...shared, severity: "warning", code: "limited", message };
}

/** The sigmoid of scores from a to b gives σ(a) to σ(b): from 0 on, the answer is never no. */
function limitedYes(layer: PlannedLayer, target: AskedTarget, loss: LossDefinition): NetworkFault | undefined {
  const trait = layer.definition.values?.(layer.config);
  if (!trait || (trait.range[0] === -Infinity && trait.range[1] === Infinity)) return undefined;
  const { words: way, mends } = removeOr(layer, target);
  const [least, most] = trait.range;
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const message =
    `${label(layer)} gives ${range(trait.range)}, and ${loss.type} takes that for a score, of which it makes a probability itself: all would lie between ` +
    `${percent(sigmoid(least))} and ${percent(sigmoid(most))}; ${way}`;
  return { severity: least >= 0 || most <= 0 ? "error" : "warning", code: "limited", layer: layer.id, message, mends };
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
