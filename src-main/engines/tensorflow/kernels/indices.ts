import type { Tensor } from "@tensorflow/tfjs-core";
import type { Held } from "../held.js";
import { countOf, fromFront } from "./host.js";
import { type Compiling } from "./kernel.js";

/** Places in flattened tensors. TensorFlow.js differentiates Gather and segment sums, so every operator that picks or scatters is written with those two. */

/** Indices along an axis of `length`, counted from the front, of any shape. */
export function frontIndices({ tf }: Compiling, indices: Held, length: number): Tensor {
  if (indices.isOnHost) {
    return tf.tensor(
      Int32Array.from(indices.numbers(), (i) => fromFront(i, length)),
      [...indices.dims],
      "int32",
    );
  }
  const t = tf.cast(indices.tensor(), "int32");
  return tf.where(tf.less(t, tf.scalar(0, "int32")), tf.add(t, tf.scalar(length, "int32")), t);
}

/** Where `data[…, indices[…, j, …], …]` stands in flattened data, for each element of indices: a vector. */
export function placesAlongAxis(c: Compiling, indices: Held, dims: readonly number[], axis: number): Tensor {
  const { tf } = c;
  const strides = dims.map((_, i) => countOf(dims.slice(i + 1)));
  const rest = new Int32Array(indices.size);
  for (let flat = 0; flat < rest.length; flat++) {
    let left = flat;
    for (let i = indices.dims.length - 1; i >= 0; i--) {
      const length = indices.dims[i] ?? 1;
      if (i !== axis) rest[flat] = (rest[flat] ?? 0) + (left % length) * (strides[i] ?? 1);
      left = Math.floor(left / length);
    }
  }
  const along = tf.reshape(frontIndices(c, indices, dims[axis] ?? 1), [-1]);
  return tf.add(tf.mul(along, tf.scalar(strides[axis] ?? 1, "int32")), tf.tensor1d(rest, "int32"));
}

/** Which of the slices of the first axes each vector of indices names, data seen as `[slices, …]`. @param batch axes that data and indices share. */
export function placesByVector(c: Compiling, indices: Held, dims: readonly number[], batch: number): Tensor {
  const { tf } = c;
  const depth = indices.dims.at(-1) ?? 1;
  const chosen = dims.slice(batch, batch + depth);
  const strides = chosen.map((_, i) => countOf(chosen.slice(i + 1)));
  const columns = tf.unstack(tf.reshape(tf.cast(indices.tensor(), "int32"), [-1, depth]), 1);
  const places = columns.map((column, i) => {
    const fromEnd = tf.less(column, tf.scalar(0, "int32"));
    const front = tf.where(fromEnd, tf.add(column, tf.scalar(chosen[i] ?? 1, "int32")), column);
    return tf.mul(front, tf.scalar(strides[i] ?? 1, "int32"));
  });
  const place = places.reduce((sum, next) => tf.add(sum, next));
  if (batch === 0) return place;
  const vectors = countOf(indices.dims.slice(batch, -1));
  const first = Int32Array.from({ length: place.size }, (_, i) => Math.floor(i / vectors) * countOf(chosen));
  return tf.add(place, tf.tensor1d(first, "int32"));
}

/** data, `[slices, …]`, with updates added to slices, or put in their place: the last of several, as numpy does, though ONNX leaves that open. */
export function scattered({ tf }: Compiling, data: Tensor, places: Tensor, updates: Tensor, add: boolean): Tensor {
  const slices = data.shape[0];
  if (add) return tf.add(data, tf.unsortedSegmentSum(updates, places as never, slices));
  const last = new Map<number, number>();
  const at = places.dataSync<"int32">();
  at.forEach((place, i) => last.set(place, i));
  const order = [...last];
  const put = tf.unsortedSegmentSum(
    tf.gather(
      updates,
      tf.tensor1d(
        order.map(([, i]) => i),
        "int32",
      ),
    ),
    tf.tensor1d(
      order.map(([place]) => place),
      "int32",
    ),
    slices,
  );
  const replaced = tf.unsortedSegmentSum(
    tf.ones([order.length]),
    tf.tensor1d(
      order.map(([place]) => place),
      "int32",
    ),
    slices,
  );
  return tf.where(tf.broadcastTo(tf.reshape(tf.greater(replaced, 0), [slices, ...data.shape.slice(1).map(() => 1)]), data.shape), put, data);
}
