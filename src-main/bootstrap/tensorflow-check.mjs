// A process of its own: a library that does not fit this machine ends it, and nothing else.
import { createRequire } from "node:module";
import { join } from "node:path";
import util from "node:util";

const [folder] = process.argv.slice(2);
// Node 23 took them away; the package still calls them.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;

const tf = createRequire(join(folder, "package.json"))("@tensorflow/tfjs-node");
if (tf.getBackend() !== "tensorflow") throw new Error(`computes on ${tf.getBackend()}, not on the native library`);
const x = tf.tensor2d([
  [1, 2],
  [3, 4],
]);
expect("the product of a matrix with itself", tf.matMul(x, x), [7, 10, 15, 22]);
// d sum(XX) / dX[i,j] = the sum of row j + the sum of column i.
expect("its gradient", tf.grad((at) => tf.matMul(at, at).sum())(x), [7, 11, 9, 13]);
process.stdout.write(JSON.stringify({ version: tf.backend().binding.TF_Version }));

function expect(what, tensor, wanted) {
  const got = [...tensor.dataSync()];
  if (got.join() !== wanted.join()) throw new Error(`${what} is ${got.join(", ")}, expected ${wanted.join(", ")}`);
}
