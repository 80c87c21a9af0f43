import { closest } from "../base/closest.js";
import { LatheError } from "../base/errors.js";
import { type Value, showType } from "../onnx/types.js";
import { importedNetwork, originOf } from "./network.js";
import type { NormalForm } from "./normal-form.js";
import type { Step } from "./recogniser.js";
import { stepsOf } from "./steps.js";

/** Where a network is cut, so that a head for one's own classes can take it from there. */
export interface NetworkEnd {
  /** As the file calls it. */
  readonly name: string;
  readonly value: Value;
  /** Why here, as a sentence continues. */
  readonly reason: string;
}

const ACTIVATIONS: ReadonlySet<string> = new Set(["Softmax", "LogSoftmax", "Sigmoid"]);

/** The activation that makes the file's first result, as losses do themselves: the node and what it gives. */
export function lastActivation(form: NormalForm): { readonly name: string; readonly op: string; readonly value: Value } | undefined {
  const result = form.outputs.find((name) => form.values.has(name));
  const value = result === undefined ? undefined : form.values.get(result);
  const made = value && stepsOf(form.builder, form.builder.soFar([value])).maker(value.name);
  return value && made && ACTIVATIONS.has(made.node.op) ? { name: originOf(made.node.name), op: made.node.op, value } : undefined;
}

/** The value that a person names by itself, by its node or by its layer. @throws LatheError `usage` */
export function namedEnd(form: NormalForm, wanted: string): NetworkEnd {
  const { nodes, values } = form;
  const node = nodes.find(({ name, outputs }) => name === wanted || outputs.includes(wanted)) ?? ofLayer(form, wanted);
  if (node?.problem !== undefined) throw new LatheError("usage", `the network cannot end at ${wanted}: ${node.problem}`);
  const name = node && !node.outputs.includes(wanted) ? (node.outputs[0] ?? wanted) : wanted;
  const value = values.get(name);
  if (!value) {
    const known = nodes.flatMap((one) => [one.name, ...one.outputs]);
    const near = closest(wanted, known);
    throw new LatheError("usage", `the file has no node or value "${wanted}"${near === undefined ? "" : `; did you mean ${near}?`}`);
  }
  return { name, value, reason: "as asked for" };
}

/** The last node of a layer, as the report and the project call it. */
function ofLayer(form: NormalForm, layer: string): NormalForm["nodes"][number] | undefined {
  const result = form.outputs.map((name) => form.values.get(name)).find((value) => value !== undefined);
  const layersOf = result && importedNetwork(form, result).layersOf;
  return form.nodes.findLast(({ name }) => layersOf?.get(name)?.includes(layer));
}

/**
 * Before the last weighted sum, and the softmax behind it: what comes before are features, and the sum is of the file's own classes. Where there is none, at
 * the file's first result.
 * @throws LatheError `graph.unsupported` where nothing of its results can be reached
 */
export function usualEnd(form: NormalForm): NetworkEnd {
  const result = form.outputs.find((name) => form.values.has(name));
  const value = result === undefined ? undefined : form.values.get(result);
  if (result === undefined || !value) {
    const first = form.nodes.find(({ problem, unreached }) => problem !== undefined && !unreached);
    throw new LatheError(
      "graph.unsupported",
      `no result of the network can be reached${first ? `: ${first.op} (${first.name}): ${first.problem ?? ""}` : ""}; end it before that`,
    );
  }
  const { maker } = stepsOf(form.builder, form.builder.soFar([value]));
  const fileName = (v: Value) => [...form.values].find(([, own]) => own.name === v.name)?.[0] ?? v.name;
  const last = maker(value.name);
  const before = last && ACTIVATIONS.has(last.node.op) ? last.value(0) : value;
  const sum = before && maker(before.name);
  const features = sum && weightedSum(sum);
  if (!features || features.shape.length !== 2 || features.shape[0] !== "N") return { name: result, value, reason: "its result" };
  return { name: fileName(features), value: features, reason: `before the weighted sum of its ${String(before.shape[1] ?? "")} answers` };
}

/** What a Gemm, or a MatMul and what is added to it, takes the sum of. */
function weightedSum(step: Step): Value | undefined {
  if (step.node.op === "Gemm" || step.node.op === "MatMul") return step.weights(1) ? step.value(0) : undefined;
  const product = step.node.op === "Add" ? (step.from(0, "MatMul") ?? step.from(1, "MatMul")) : undefined;
  return product?.weights(1) ? product.value(0) : undefined;
}

/** @throws LatheError `usage` where no head can take it from there */
export function checkEnd({ name, value }: NetworkEnd): void {
  if (value.dtype === "float32" && value.shape[0] === "N" && value.shape.length >= 2 && value.shape.slice(1).every((d) => typeof d === "number")) return;
  throw new LatheError(
    "usage",
    `the network cannot end at ${name}, which is ${showType(value)}; expected real numbers of known lengths for each sample, [N, …]`,
  );
}
