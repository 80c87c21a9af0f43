import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** 2/√π · ∫₀ˣ e^(−t²) dt. https://onnx.ai/onnx/operators/onnx__Erf.html */
export const erf = defineOp({
  type: "Erf",
  inputs: ["input"],
  infer: only("float", sameAs("input")),
  gradient: {
    // dx = dy ∘ 2/√π · e^(−x²) = dy ∘ e^(ln(2/√π) − x²): one node fewer
    input: (g) => g.e.mul(g.dy(), g.e.exp(g.e.subFrom(Math.log(2 / Math.sqrt(Math.PI)), g.e.square(g.input("input"))))),
  },
});
