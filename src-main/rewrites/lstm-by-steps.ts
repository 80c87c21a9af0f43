import { type Node, int } from "../onnx/types.js";
import { KEEPS_GATES, lstmSteps } from "../ops/lstm.js";
import type { Rewrite } from "./rewrite.js";

/**
 * Marks each LSTM of many units, of one direction and a known number of steps, whose gates are kept for its gradient. The gradient of all others computes them
 * once more, since the operator does not give them: for few units both take as long (3.4 ms against 1.4 and 1.8 at 32 units), for many the products alone
 * decide (58 ms against 36 and 48 at 256; two layers, 96 steps, batch 32).
 * @param units from how many on
 */
export const keepGates = (units = 128): Rewrite => ({
  name: "keep-gates",
  prepare: ({ nodes }) => nodes.some(({ op }) => op === "LSTM"),
  replace(e, node, [x, w, r, b, lengths, h, c, peepholes]) {
    if (!isPlain(node) || !x || !w || !r || lengths || peepholes || typeof x.shape[0] !== "number" || Number(r.shape[2]) < units) return undefined;
    return e.graph.node("LSTM", [x, w, r, b, lengths, h, c], { ...node.attributes, [KEEPS_GATES]: int(1) }, { outputs: node.outputs.length });
  },
});

/** Writes them as steps: those that their gradient was written of, so that both are computed once. */
export const lstmBySteps: Rewrite = {
  name: "lstm-by-steps",
  prepare: ({ nodes }) => nodes.some(({ attributes }) => KEEPS_GATES in attributes),
  replace(e, node, [x, w, r, b, , h, c]) {
    if (!(KEEPS_GATES in node.attributes) || !x || !w || !r) return undefined;
    const steps = lstmSteps(e, { x, w, r, b, h, c, reverse: node.attributes["direction"]?.value === "reverse" });
    return [e.unsqueeze(steps.h, [1]), ...steps.last].slice(0, node.outputs.length);
  },
};

/** With nothing set that its page allows but most have not. */
function isPlain({ op, attributes }: Node): boolean {
  return op === "LSTM" && attributes["direction"]?.value !== "bidirectional" && !["activations", "clip", "input_forget"].some((name) => name in attributes);
}
