import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import { version } from "../../base/version.js";
import { METADATA, encodedNames } from "../../contract/model-metadata.js";
import { keptThresholds } from "../../contract/thresholds.js";
import type { Threshold } from "../../features/kind.js";
import { type FittedData, fittedData } from "../../features/fitted.js";
import { isEmbedded, kindOf, lowerInputs, readsOf, targetKindOf } from "../../features/index.js";
import { encodeModel, modelOf } from "../../onnx/protobuf.js";
import { createEmitter } from "../../ops/index.js";
import { rewriteForInference } from "../../rewrites/index.js";
import { ANY_LENGTH, takesAnyLength } from "../network/any-length.js";
import { activate, outputOf } from "../graphs/loss-graph.js";
import { lowerNetwork } from "../network/network.js";
import { fileBindings } from "../network/file-bindings.js";
import { type TrainingSpec } from "../network/specification.js";
import { usedLayers } from "../network/used-inputs.js";
import type { Weights } from "../network/weights.js";

/** What an exported file says of itself, beside the graph. */
export interface ModelFacts {
  readonly project: string;
  readonly fitted: FittedData;
  /** By target of yes or no, or of labels: then by label. */
  readonly thresholds: Readonly<Record<string, Threshold>>;
  /** sha256 over project and data: which training made this file. */
  readonly fingerprint: string;
}

/**
 * The trained network as others use it: raw columns in (missing values filled, numbers normalised, words encoded inside), probabilities or numbers in their own
 * unit out, one output a target. The same project, data and seed give the same bytes.
 */
export function buildInferenceModel(spec: TrainingSpec, facts: ModelFacts, weights: Weights): Uint8Array {
  const e = createEmitter();
  const encoded = lowerInputs(e, facts.fitted, lengthsOf(spec, facts.fitted));
  const activations = lowerNetwork(e, usedLayers(spec.plan), encoded, fileBindings(e, spec.layout, weights));
  for (const target of spec.targets) {
    const { output, definition } = outputOf(spec, target, activations);
    const fitted = defined(
      facts.fitted.targets.find(({ name }) => name === target.name),
      target.name,
    );
    const answer = activate(e, definition, output);
    const kind = targetKindOf(fitted);
    e.graph.output(kind.lower(e, answer, fitted), outputName(target.name, facts.fitted), kind.describe(fitted));
  }
  const classes = facts.fitted.targets.flatMap((target) => {
    const own = targetKindOf(target).classes(target);
    return own ? [[METADATA.classes(target.name), JSON.stringify(own)] as const] : [];
  });
  const metadata = new Map<string, string>([
    [METADATA.version, version],
    [METADATA.project, facts.project],
    [METADATA.fingerprint, facts.fingerprint],
    [METADATA.data, JSON.stringify(facts.fitted)],
    [METADATA.thresholds, JSON.stringify(facts.thresholds)],
    // Where preprocessing ends: an export may omit it.
    [METADATA.encoded, JSON.stringify(Object.fromEntries([...encoded].map(([name, { name: value }]) => [name, value])))],
    ...classes,
  ]);
  return encodeModel(
    modelOf(rewriteForInference(e.graph.build(facts.project)), {
      version,
      doc: `Trained by Lathe. Inputs: raw columns. Outputs: ${spec.targets.map(({ name }) => name).join(", ")}.`,
      metadata,
    }),
  );
}

/** Inputs whose length the network does not depend on, and what it is called: the file takes longer and shorter ones than it was trained on. */
function lengthsOf({ plan }: TrainingSpec, { inputs }: FittedData): ReadonlyMap<string, string> {
  const encoded = new Map(inputs.map((input) => [input.name, kindOf(input).encodedType(input)]));
  const any = inputs.filter((input) => !isEmbedded(input) && ["sequence", "tokens"].includes(readsOf(input)) && takesAnyLength(plan, encoded, input.name));
  return new Map(any.map(({ name }) => [name, any.length === 1 ? ANY_LENGTH : `${ANY_LENGTH}_${name}`]));
}

/** @throws LatheError `export.format` where the file does not come from Lathe. */
export function readFacts(metadata: ReadonlyMap<string, string>, path: string): ModelFacts {
  const read = (key: string): string => {
    const value = metadata.get(key);
    if (value === undefined) throw new LatheError("export.format", `${path} is not a model of Lathe's: it does not say ${key}`, { path });
    return value;
  };
  if (metadata.get(METADATA.preprocess) === "none") {
    throw new LatheError(
      "export.format",
      `${path} was exported without its preprocessing, so it does not take the data as it is; use the run's own model.onnx, or export it again with ` +
        `--preprocess inside`,
      { path },
    );
  }
  try {
    return {
      project: read(METADATA.project),
      fingerprint: read(METADATA.fingerprint),
      fitted: fittedData.parse(JSON.parse(read(METADATA.data))),
      thresholds: keptThresholds.parse(JSON.parse(read(METADATA.thresholds))),
    };
  } catch (thrown) {
    if (thrown instanceof LatheError) throw thrown;
    throw new LatheError(
      "export.format",
      `${path} says of its columns what this version of Lathe does not understand; export it again`,
      { path },
      { cause: thrown },
    );
  }
}

/** By input, the value in which its preprocessing ends. @throws LatheError `export.format` for a file that does not say */
export function encodedValues(metadata: ReadonlyMap<string, string>, path: string): ReadonlyMap<string, string> {
  const text = metadata.get(METADATA.encoded);
  if (text === undefined)
    throw new LatheError("export.format", `${path} does not say where its preprocessing ends: an earlier version of Lathe wrote it; train again`, { path });
  return new Map(Object.entries(encodedNames(text, path)));
}

/** Inputs and outputs share one name space in ONNX. */
export function outputName(target: string, fitted: FittedData): string {
  return fitted.inputs.some(({ name }) => name === target) ? `${target}.prediction` : target;
}
