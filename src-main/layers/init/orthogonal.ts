import { z } from "zod";
import { LatheError } from "../../base/errors.js";
import type { Random } from "../../base/random.js";
import { showShape, sizeOf } from "../../onnx/types.js";
import { defineInitializer } from "./initializer.js";

/**
 * torch.nn.init.orthogonal_: the Q of a normal matrix's QR decomposition with R's diagonal made positive, which is uniform over all (semi-)orthogonal
 * matrices (Saxe et al. 2013, https://arxiv.org/abs/1312.6120). Axes after the first are taken as one: rows are orthonormal where there are
 * fewer rows than columns, columns otherwise.
 */
export const orthogonal = defineInitializer({
  type: "orthogonal",
  summary: "A random rotation: lengths of signals are kept exactly; good for deep or recurrent networks",
  config: z.strictObject({ type: z.literal("orthogonal"), gain: z.number().default(1).describe("Multiplies the result") }),
  fill: (shape, { gain }, random) => {
    const [rows, ...rest] = shape;
    if (rows === undefined || rest.length === 0) {
      throw new LatheError(
        "model.layer",
        `orthogonal got a tensor of shape ${showShape(shape)}, expected at least two axes [out, in]; use normal, uniform or constant here`,
      );
    }
    const columns = sizeOf(rest);
    const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
    const basis = orthonormal(count, length, random);
    const data = new Float32Array(rows * columns);
    basis.forEach((v, i) =>
      v.forEach((x, j) => {
        data[rows < columns ? i * columns + j : j * columns + i] = gain * x;
      }),
    );
    return data;
  },
});

/** `count` orthonormal vectors: modified Gram and Schmidt over normal vectors, whose R has a positive diagonal by construction. */
function orthonormal(count: number, length: number, random: Random): readonly Float64Array[] {
  const basis: Float64Array[] = [];
  while (basis.length < count) {
    const v = Float64Array.from({ length }, () => random.normal());
    const before = norm(v);
    removeProjections(v, basis);
    // A vector that almost lies in the others' span keeps rounding errors along them; a second pass removes those.
    if (norm(v) < 1e-3 * before) removeProjections(v, basis);
    const size = norm(v);
    if (size === 0) continue;
    for (let i = 0; i < length; i++) v[i] = (v[i] ?? 0) / size;
    basis.push(v);
  }
  return basis;
}

function removeProjections(v: Float64Array, basis: readonly Float64Array[]): void {
  for (const u of basis) {
    const along = dot(u, v);
    for (let i = 0; i < v.length; i++) v[i] = (v[i] ?? 0) - along * (u[i] ?? 0);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function norm(v: Float64Array): number {
  return Math.sqrt(dot(v, v));
}
