import type { Scalar, Tensor } from "@tensorflow/tfjs-core";
import { defined } from "../../base/assert.js";
import { LatheError, toLatheError } from "../../base/errors.js";
import { own } from "../../base/own.js";
import { type Graph, type GraphValue, type Node, type TensorData, showShape, showType } from "../../onnx/types.js";
import type { Executable, Tensors } from "../engine.js";
import { Held, Pool } from "./held.js";
import type { Tf } from "./native.js";
import { type GradientPlan, type Plan, type Step, perform, planGraph } from "./plan.js";

/** @throws LatheError `graph.unsupported` where an operator, or what a node asks of it, is not here. */
export function createExecutable(graph: Graph, tf: Tf): Executable {
  return new Interpreted(graph, tf);
}

/** A graph as a list of closures. Between runs nothing but its constants is on the device. */
class Interpreted implements Executable {
  readonly #tf: Tf;
  readonly #graph: Graph;
  readonly #constants: Pool;
  readonly #pool: Pool;
  readonly #plan: Plan;
  #running: Node | undefined;
  #disposed = false;

  constructor(graph: Graph, tf: Tf) {
    this.#graph = graph;
    this.#tf = tf;
    this.#constants = new Pool(tf);
    this.#pool = new Pool(tf);
    this.#plan = planGraph(graph, tf, this.#pool, this.#constants);
  }

  async run(feeds: Tensors, into: Tensors = {}): Promise<Tensors> {
    if (this.#disposed) throw new LatheError("engine.failed", `the graph ${this.#graph.name} was run after it was disposed of`);
    this.#running = undefined;
    try {
      const outputs: Record<string, TensorData> = {};
      // Not returned from the scope: TensorFlow.js would look for tensors in every number of a result.
      this.#tf.tidy(() => this.#compute(feeds, into, outputs));
      return outputs;
    } catch (thrown) {
      throw this.#failure(thrown);
    } finally {
      this.#pool.release();
    }
  }

  dispose(): Promise<void> {
    this.#disposed = true;
    this.#constants.release();
    return Promise.resolve();
  }

  #compute(feeds: Tensors, into: Tensors, outputs: Record<string, TensorData>): void {
    const { size, places, constants, before, inside, gradient, after } = this.#plan;
    const values = new Array<Held | undefined>(size);
    for (const [place, held] of constants) values[place] = held;
    const lengths = new Map<string, number>();
    for (const input of this.#graph.inputs) values[defined(places.get(input.name), input.name)] = Held.of(this.#pool, this.#fed(feeds, input, lengths));
    this.#perform(before, values);
    if (gradient) this.#differentiate(gradient, inside, values);
    this.#perform(after, values);
    this.#running = undefined;
    for (const { name } of this.#graph.outputs) outputs[name] = defined(values[defined(places.get(name), name)], name).read(own(into, name));
  }

  #perform(steps: readonly Step[], values: (Held | undefined)[]): void {
    perform(steps, values, (node) => (this.#running = node));
  }

  /** Runs the part between xs and y under the tape of TensorFlow.js and has it differentiated. */
  #differentiate({ xs, y, results, survivors }: GradientPlan, inside: readonly Step[], values: (Held | undefined)[]): void {
    const tf = this.#tf;
    const held = (place: number): Held => defined(values[place], "a value of the graph");
    const points = xs.map((place) => held(place).tensor());
    const gradients =
      inside.length === 0
        ? []
        : tf.engine().gradients(
            () => {
              // Anew, so that what is derived from them is derived under the tape.
              xs.forEach((place, i) => (values[place] = new Held(this.#pool, "float32", held(place).dims, { device: defined(points[i], "a point") })));
              this.#perform(inside, values);
              for (const place of survivors) held(place).keep();
              return held(y).tensor() as Scalar;
            },
            points,
            undefined,
            true,
          ).grads;
    results.forEach((place, i) => {
      const point = defined(points[i], "a point");
      const gradient = (gradients as readonly (Tensor | undefined)[])[i] ?? tf.zerosLike(point);
      values[place] = new Held(this.#pool, "float32", point.shape, { device: gradient });
    });
  }

  /** @param lengths of named axes, as the inputs before have them. */
  #fed(feeds: Tensors, { name, dtype, shape }: GraphValue, lengths: Map<string, number>): TensorData {
    const found = own(feeds, name);
    const where = `the graph ${this.#graph.name}`;
    if (!found) throw new LatheError("engine.failed", `${where} needs the input ${name}; it got ${Object.keys(feeds).join(", ") || "none"}`);
    const fits = found.dtype === dtype && found.dims.length === shape.length && shape.every((d, i) => typeof d === "string" || d === found.dims[i]);
    if (!fits) throw new LatheError("engine.failed", `${where} takes ${showType({ dtype, shape })} for ${name}, got ${found.dtype} ${showShape(found.dims)}`);
    shape.forEach((d, i) => {
      if (typeof d === "number") return;
      const [length, known] = [found.dims[i] ?? 1, lengths.get(d)];
      if (known !== undefined && known !== length)
        throw new LatheError("engine.failed", `${where} got ${length} for the axis ${d} of ${name}, and ${known} for that of another input`);
      lengths.set(d, length);
    });
    if (found.data.length !== found.dims.reduce((a, b) => a * b, 1))
      throw new LatheError("engine.failed", `${name} of ${where} has ${found.data.length} values, which do not fill ${showShape(found.dims)}`);
    return found;
  }

  #failure(thrown: unknown): LatheError {
    const error = toLatheError(thrown);
    if (error.code !== "internal" || thrown instanceof LatheError) return error;
    const at = this.#running ? ` at ${this.#running.op} (${this.#running.name})` : "";
    return new LatheError("engine.failed", `TensorFlow.js failed while running the graph ${this.#graph.name}${at}: ${error.message}`, {}, { cause: thrown });
  }
}
