import type { TensorData, Value } from "../../onnx/types.js";
import { of } from "../evaluate.js";
import { type Numbers, type Recognised, type Recogniser, type Step } from "../recogniser.js";

/** PyTorch's recurrent layers, batch first: exporters write them as the operator between two changes of the order of axes. */

/** ONNX's gates as places among PyTorch's. */
const GATES: Readonly<Record<string, readonly number[]>> = { GRU: [1, 0, 2], LSTM: [0, 3, 1, 2], RNN: [0] };

/** The states of all steps, `[N, T, D·H]`. */
export const allSteps: Recogniser = {
  type: "Transpose",
  recognise: (step) => {
    if (step.ints("perm")?.join() !== "1,0,2") return undefined;
    const [found, covers] = behind(step);
    if (!found) return undefined;
    const cells = found.node.op === "Concat" ? [found.from(0, operatorOf(found, 0)), found.from(1, operatorOf(found, 1))] : [found];
    const [forward, reverse] = cells;
    if (!forward || cells.length > 2 || (cells.length === 2 && !reverse)) return undefined;
    // Axis 1 of Y [T, D, N, H] is that of directions.
    if (found.node.op === "Concat" && (found.int("axis", 0) !== 1 || found.operands.length !== 2)) return undefined;
    return recurrent(step, forward, reverse, "all", covers);
  },
};

/** The state after the last step, `[N, H]`. */
const lastStep = (type: string): Recogniser => ({
  type,
  recognise: (step) => {
    const cell = step.maker(0);
    if (!cell || !(cell.node.op in GATES) || cell.used(0) || cell.results[1]?.name !== step.value(0)?.name) return undefined;
    const axis = type === "Squeeze" ? step.numbers(1)?.join() : String(step.int("axis", 0));
    const place = type === "Squeeze" ? 0 : step.numbers(1)?.[0];
    if (axis !== "0" || (place !== 0 && place !== -1) || cell.string("direction", "forward") !== "forward" || cell.used(2)) return undefined;
    if (step.results[0]?.shape.length !== 2 || cell.reader(1)?.node !== step.node) return undefined;
    return recurrent(step, cell, undefined, "last", [cell]);
  },
});

export const lastBySqueeze = lastStep("Squeeze");
export const lastByGather = lastStep("Gather");

/** The operator, or the two of a sequence read both ways, by way of what takes the axis of directions away. */
function behind(step: Step): readonly [found: Step | undefined, covers: readonly Step[]] {
  const squeezed = step.from(0, "Squeeze");
  const reshaped = step.from(0, "Reshape");
  if (squeezed?.numbers(1)?.join() === "1") {
    const maker = squeezed.maker(0);
    return [maker && maker.node.op in GATES ? maker : undefined, [squeezed]];
  }
  const moved = reshaped?.from(0, "Transpose");
  if (!reshaped || moved?.ints("perm")?.join() !== "0,2,1,3" || reshaped.results[0]?.shape.length !== 3) return [undefined, []];
  const maker = moved.maker(0);
  const kept = reshaped.results[0].shape.slice(0, 2).every((d, i) => d === moved.results[0]?.shape[i]);
  return [kept && maker && (maker.node.op in GATES || maker.node.op === "Concat") ? maker : undefined, [reshaped, moved]];
}

function operatorOf(step: Step, i: number): string {
  const op = step.maker(i)?.node.op ?? "";
  return op in GATES ? op : "";
}

function recurrent(step: Step, forward: Step, reverse: Step | undefined, output: "all" | "last", covers: readonly Step[]): Recognised | undefined {
  const { op } = forward.node;
  const [gives] = step.results;
  const turned = forward.maker(0);
  const x = turned?.node.op === "Transpose" && turned.ints("perm")?.join() === "1,0,2" ? turned.value(0) : undefined;
  const cells = reverse ? [forward, reverse] : [forward];
  if (!gives || !isSequence(x) || !cells.every((cell, i) => isUsual(cell, op, i === 0 ? "forward" : "reverse", output))) return undefined;
  if (reverse && reverse.value(0)?.name !== forward.value(0)?.name) return undefined;
  const hidden = forward.int("hidden_size", 0);
  const bias = forward.operands[3] !== undefined;
  const values: Record<string, TensorData> = {};
  for (const [i, cell] of cells.entries()) {
    const suffix = i === 0 ? "l0" : "l0_reverse";
    const [w, r, b] = [cell.weights(1), cell.weights(2), cell.weights(3)];
    if (!w || !r || (cell.operands[3] !== undefined) !== bias || (bias && !b)) return undefined;
    values[`weight_ih_${suffix}`] = inTorchOrder(w, op, hidden, 0);
    values[`weight_hh_${suffix}`] = inTorchOrder(r, op, hidden, 0);
    if (b) {
      values[`bias_ih_${suffix}`] = inTorchOrder(b, op, hidden, 0);
      values[`bias_hh_${suffix}`] = inTorchOrder(b, op, hidden, 1);
    }
  }
  const activations = forward.attribute("activations");
  return {
    type: op,
    options: {
      hiddenSize: hidden,
      ...(bias ? {} : { bias: false }),
      ...(reverse ? { bidirectional: true } : {}),
      ...(activations ? { nonlinearity: "relu" } : {}),
      ...(output === "last" ? {} : { output }),
    },
    reads: [x],
    gives,
    values,
    covers: [...covers, ...cells],
  };
}

function isSequence(x: Value | undefined): x is Value {
  return x?.shape.length === 3 && x.shape[0] === "N" && x.dtype === "float32";
}

/** Whether it is computed as PyTorch computes it, and only what is asked for is read. */
function isUsual(cell: Step, op: string, direction: string, output: "all" | "last"): boolean {
  const activations = cell.attribute("activations");
  const relu = op === "RNN" && activations?.type === "strings" && activations.value.join() === "Relu";
  return (
    cell.node.op === op &&
    cell.string("direction", "forward") === direction &&
    (activations === undefined || relu) &&
    cell.attribute("clip") === undefined &&
    cell.int("input_forget", 0) === 0 &&
    (op !== "GRU" || cell.int("linear_before_reset", 0) === 1) &&
    cell.operands.slice(4).every((o) => o === undefined) &&
    (output === "last" || (!cell.used(1) && !cell.used(2)))
  );
}

/** The gates of `[1, k·G·H, …]` in PyTorch's order, without the axis of directions. @param part of k, as biases have two */
function inTorchOrder({ data, dims }: Numbers, op: string, hidden: number, part: number): TensorData {
  const order = GATES[op] ?? [0];
  const width = dims.length === 3 ? (dims[2] ?? 1) : 1;
  const block = hidden * width;
  const values = new Array<number>(order.length * block).fill(0);
  order.forEach((place, gate) => {
    for (let i = 0; i < block; i++) values[place * block + i] = Number(data[part * order.length * block + gate * block + i] ?? 0);
  });
  return of("float32", values, dims.length === 3 ? [order.length * hidden, width] : [order.length * hidden]);
}
