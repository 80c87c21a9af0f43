import type { Shape } from "../onnx/types.js";
import { ops } from "../ops/index.js";
import { isFloat } from "../onnx/types.js";
import type { ImportedNetwork } from "./network.js";
import type { NormalForm } from "./normal-form.js";

/** What becomes of a node of the file. */
export interface NodeFate {
  readonly name: string;
  readonly op: string;
  readonly state: "trainable" | "frozen" | "unsupported" | "unused";
  readonly reason?: string;
  readonly layers: readonly string[];
  readonly shape?: Shape;
}

/** @param network undefined where nothing of the file can be used */
export function fatesOf({ nodes, builder }: NormalForm, network: Pick<ImportedNetwork, "layersOf"> | undefined): readonly NodeFate[] {
  return nodes.map(({ name, op, problem, results }): NodeFate => {
    const [result] = results;
    const shape = result && { shape: result.shape };
    if (problem !== undefined) return { name, op, state: "unsupported", reason: problem, layers: [] };
    const layers = network?.layersOf.get(name) ?? [];
    if (result && builder.constantOf(result)) return { name, op, state: "frozen", reason: "constants decide it; it is computed once", layers: [], ...shape };
    if (layers.length === 0) {
      // What gives what it reads is no layer.
      const passes = result !== undefined && !result.name.startsWith(`${name}/`);
      return passes
        ? { name, op, state: "frozen", reason: "it changes nothing here", layers: [], ...shape }
        : { name, op, state: "unused", layers: [], ...shape };
    }
    const reason = withoutGradient(op) ?? (result && !isFloat(result.dtype) ? "it gives whole numbers, through which no gradient passes" : undefined);
    return { name, op, state: reason === undefined ? "trainable" : "frozen", ...(reason === undefined ? {} : { reason }), layers, ...shape };
  });
}

function withoutGradient(op: string): string | undefined {
  const gradient = ops.has(op) ? ops.get(op).gradient : undefined;
  return typeof gradient === "object" && "because" in gradient && typeof gradient.because === "string"
    ? `${op} has no gradient: ${gradient.because}`
    : undefined;
}
