import type { z } from "zod";
import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import type { TensorType, Value } from "../onnx/types.js";
import { binaryInput, binaryTarget } from "./binary.js";
import { categoryInput, categoryTarget } from "./category.js";
import { embeddingTarget } from "./embedding.js";
import type { FittedData, FittedInput, FittedTarget } from "./fitted.js";
import { imageInput } from "./image.js";
import type { FitContext, InputKind, RowSpan, SeenColumn, TargetKind, Vocabulary } from "./kind.js";
import { labelsTarget } from "./labels.js";
import { numericInput, numericTarget } from "./numeric.js";
import { presentInput } from "./present.js";
import { textInput } from "./text.js";
import { windowInput } from "./window.js";

export { isName } from "./options.js";
export { TOO_FINE } from "./scaling.js";

/** Every kind of input. A new one is a file of its own, a line here, and one in `fitted.ts`. */
const inputKinds = {
  numeric: numericInput,
  category: categoryInput,
  binary: binaryInput,
  image: imageInput,
  window: windowInput,
  text: textInput,
  present: presentInput,
};

type Kinds = typeof inputKinds;
export type InputType = keyof Kinds;
/** What a project may say of an input of a kind; the same with defaults filled in; and what was learnt of it. */
type Draft<K extends InputType> = z.input<Kinds[K]["options"]>;
type Options<K extends InputType> = z.output<Kinds[K]["options"]>;
type Fitted<K extends InputType> = z.output<Kinds[K]["fitted"]>;

type InputSpec = Options<InputType>;

/** Schemas of what a project says of inputs and targets. */
export const inputOptions = [
  numericInput.options,
  categoryInput.options,
  binaryInput.options,
  imageInput.options,
  windowInput.options,
  textInput.options,
  presentInput.options,
] as const;
export const targetOptions = [categoryTarget.options, binaryTarget.options, numericTarget.options, labelsTarget.options, embeddingTarget.options] as const;
export const pictureOptions = imageInput.options;

/** Every kind of target; `fitted.ts` lists what is learnt of each. */
const targetKinds = { numeric: numericTarget, category: categoryTarget, binary: binaryTarget, labels: labelsTarget, embedding: embeddingTarget };

type Targets = typeof targetKinds;
type TargetType = keyof Targets;
type TargetDraft<K extends TargetType> = z.input<Targets[K]["options"]>;
type TargetOptions<K extends TargetType> = z.output<Targets[K]["options"]>;
type KnownTarget<K extends TargetType> = TargetKind<TargetDraft<K>, TargetOptions<K> & TargetDraft<K>, z.output<Targets[K]["fitted"]>>;

const targetsByType: { readonly [K in TargetType]: KnownTarget<K> } = targetKinds;

/** What is known of a target's kind. */
export function targetKindOf<K extends TargetType>({ type }: { readonly type: K }): KnownTarget<K> {
  return targetsByType[type];
}

/** A kind of input in Python; undefined where the PyTorch export cannot read it. */
export function inputPython(type: FittedInput["type"]): string | undefined {
  return kindOf({ type }).python;
}

/** A kind of target in Python; undefined where the PyTorch export cannot read it. */
export function targetPython<K extends TargetType>(type: K): KnownTarget<K>["python"] {
  return targetKindOf({ type }).python;
}

/** The columns a target is read from, in order. */
export function targetColumns(target: TargetDraft<TargetType>): readonly string[] {
  return targetKindOf(target)
    .columns(target)
    .map(({ column }) => column);
}

const byType: { readonly [K in InputType]: InputKind<Draft<K>, Options<K> & Draft<K>, Fitted<K>> } = inputKinds;

/** What is known of an input's kind. */
export function kindOf<K extends InputType>({ type }: { readonly type: K }): InputKind<Draft<K>, Options<K> & Draft<K>, Fitted<K>> {
  return byType[type];
}

/** Kinds by name, for lists. */
export const allInputKinds: readonly Pick<InputKind<never, never, never>, "type" | "summary" | "cells" | "reads" | "kept">[] = Object.values(inputKinds);

/** How a column is read unless somebody says otherwise: the narrowest kind that suits. */
export function kindFor(column: SeenColumn): InputType {
  return (["image", "text", "numeric", "binary"] as const).find((type) => inputKinds[type].suits(column)) ?? "category";
}

/** An input as Lathe proposes it. @param values how many different ones its column has, where the network is new too. */
export function startInput<K extends InputType>(type: K, name: string, columns: readonly string[] | "rest", values?: number): Draft<K> {
  return kindOf({ type }).start(name, columns, values);
}

/** Inputs whose samples are in a store of pictures. */
export function picturesOf<I extends { readonly type: InputType }>(inputs: readonly I[]): readonly Extract<I, { readonly type: "image" }>[] {
  return inputs.filter((input): input is Extract<I, { readonly type: "image" }> => kindOf(input).kept === "pictures");
}

/** Inputs that read rows of a series around a sample's own. */
export function windowsOf<I extends { readonly type: InputType }>(inputs: readonly I[]): readonly Extract<I, { readonly type: "window" }>[] {
  return inputs.filter((input): input is Extract<I, { readonly type: "window" }> => kindOf(input).kept === "series");
}

/** @throws LatheError `data.target` */
export function fitTarget(spec: TargetOptions<TargetType>, columns: readonly string[], context: FitContext): Promise<FittedTarget> {
  return targetKindOf(spec).fit(spec, columns, context);
}

/** Words of 4 bytes of an input in a record: its encoded values, or where it stands in a store of pictures. Rows of a series are found by the row's number. */
export function widthOf(input: FittedInput): number {
  const kind = kindOf(input);
  return { record: () => Number(kind.encodedType(input).shape[1]), pictures: () => 1, series: () => 0 }[kind.kept]();
}

/** Inputs that are numbers of tokens, by name, with which there may be. @param values how many different values a column has, where that is known. */
export function vocabulariesOf(
  inputs: readonly InputSpec[],
  values: (column: string) => number | undefined = () => undefined,
): ReadonlyMap<string, Vocabulary> {
  return new Map(
    inputs.flatMap((input) => {
      const vocabulary = kindOf(input).vocabulary?.(input, values);
      return vocabulary === undefined ? [] : [[input.name, vocabulary] as const];
    }),
  );
}

/** The same, of what was learnt of the data. */
export function fittedVocabularies(inputs: readonly InputSpec[], { inputs: fitted }: FittedData): ReadonlyMap<string, Vocabulary> {
  const values = new Map(fitted.flatMap((input) => ("classes" in input ? [[input.column, input.classes.length] as const] : [])));
  return vocabulariesOf(inputs, (column) => values.get(column));
}

/** Whether the network reads the place of an input's value in a list, for an `Embedding`. */
export function isEmbedded<K extends InputType>(input: Draft<K> | Fitted<K>): boolean {
  return kindOf(input).embedded?.(input) ?? false;
}

/** What the network reads of an input. */
export function readsOf<K extends InputType>(input: Draft<K> | Fitted<K>): InputKind<never, never, never>["reads"] {
  return isEmbedded(input) ? "tokens" : kindOf(input).reads;
}

/** The texts of a raw input that one cell is: itself, or its tokens. */
export function textsOf(text: string, input: FittedInput): readonly string[] {
  return kindOf(input).tokens?.(text, input) ?? [text];
}

/** The rows of a series that a sample's input is read from, counted from the sample's own on; that one alone of a kind that reads no series. */
export function rowsOf<K extends InputType>(input: Options<K> | Fitted<K>): RowSpan {
  return kindOf(input).rows?.(input) ?? { from: 0, to: 0 };
}

/** Emits what turns a raw value into what the network reads, under the input's name. Training data and the exported model both come from here. */
export function lowerInput(e: Emitter, raw: Value, input: FittedInput): Value {
  return e.graph.scope(input.name, () => kindOf(input).lower(e, raw, input));
}

/** What a training batch holds of an input. */
export function storedType(input: FittedInput): TensorType {
  const kind = kindOf(input);
  return kind.stored?.type(input) ?? kind.encodedType(input);
}

/** From that to what the network reads. */
export function fromStored(e: Emitter, stored: Value, input: FittedInput): Value {
  return e.graph.scope(input.name, () => kindOf(input).stored?.lower(e, stored, input) ?? stored);
}

/**
 * Declares the raw inputs of a model, named as in the project, and encodes them.
 * @param lengths of inputs that may have any, what their second axis is called.
 */
export function lowerInputs(e: Emitter, { inputs }: FittedData, lengths: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, Value> {
  const raws = inputs.map((input) => {
    const { dtype, shape } = rawType(input);
    const [batch = "N", length = 1, ...rest] = shape;
    return e.graph.input(input.name, dtype, [batch, lengths.get(input.name) ?? length, ...rest], kindOf(input).describe(input));
  });
  return new Map(inputs.map((input, i) => [input.name, lowerInput(e, defined(raws[i], input.name), input)]));
}

export function rawType(input: FittedInput): TensorType {
  return kindOf(input).rawType(input);
}

/** Values of a target in a sample: its columns, for each row that is predicted, or 1 for a class or a yes or no. */
export function targetWidth(target: FittedTarget): number {
  return targetKindOf(target).valuesOf(target).length;
}

/** The rows of a series that a sample's target is read from, as `rowsOf`. */
export function rowsOfTarget(target: TargetDraft<TargetType> | FittedTarget): RowSpan {
  const horizon = horizonOf(target);
  return horizon === 0 ? { from: 0, to: 0 } : { from: 1, to: horizon };
}

/** Whether a row may lack some of what is asked of it, and is used for the rest: where there are several targets, or labels of a column each. */
export function canLackSome(targets: readonly (TargetDraft<TargetType> | FittedTarget)[]): boolean {
  return targets.length > 1 || targets.some((target) => target.type === "labels" && target.columns !== undefined);
}

/** How a record holds a target: numbers, 0 or 1, 0 or 1 by label, or the index of a class. */
export function recordedAs({ type }: { readonly type: TargetType }): Exclude<TargetType, "embedding"> {
  return type === "embedding" ? "category" : type;
}

/** The `outFeatures` of the layer that answers a target: a number, or "classes" where the data say how many. */
export function outputsOf(target: TargetDraft<TargetType>): number | "classes" {
  if (target.type === "binary") return 1;
  return target.type === "numeric" ? (target.columns?.length ?? 1) * Math.max(1, horizonOf(target)) : "classes";
}

/** Rows of the series after a sample's own that a target is; 0: it is read from the sample's own row. */
export function horizonOf(target: TargetDraft<TargetType> | FittedTarget): number {
  return targetKindOf(target).horizon(target);
}
