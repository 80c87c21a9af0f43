import { withSlope } from "./elementwise.js";
import { reduction } from "./reduce.js";
import { defineKernel } from "./kernel.js";

/** √Σ x² over axes; the slope x/Y is 0 where Y is 0, the subgradient torch.linalg.vector_norm takes. https://onnx.ai/onnx/operators/onnx__ReduceL2.html */
export const reduceL2 = defineKernel({
  type: "ReduceL2",
  compile: (c) => {
    const { tf } = c;
    return reduction(c, (x, axes, keep) => {
      const norm = withSlope(
        tf,
        (v) => tf.sqrt(tf.sum(tf.square(v), axes, true)),
        (v, y) => tf.div(v, tf.where(tf.equal(y, 0), tf.onesLike(y), y)),
      );
      const result = norm(x);
      return keep ? result : tf.squeeze(result, axes);
    });
  },
});
