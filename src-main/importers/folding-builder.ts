import { type InferTypes, type NodeOptions, GraphBuilder } from "../onnx/builder.js";
import { type Attributes, type TensorData, type TensorType, type Value, int, isStatic, numbersOf, sameShape, sizeOf } from "../onnx/types.js";
import { evaluate, of } from "./evaluate.js";

/** From so many numbers on a constant is not compared with those there are. */
const LARGE = 1024;
/** Numbers that constants may become that have more than what they are made of, all together. */
const MOST_GROWN = 2 ** 24;
/** Leave what has one value everywhere as it is. */
const KEEPS_FILL: ReadonlySet<string> = new Set(["Identity", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Slice", "Expand", "Tile", "Cast"]);

/** A graph in which what constants alone decide is no node but a constant. */
export class FoldingBuilder extends GraphBuilder {
  readonly #infer: InferTypes;
  readonly #learned = new Map<string, string>();
  readonly #fills = new Map<string, number>();
  #folded = 0;
  #grown = 0;

  constructor(infer: InferTypes) {
    super(infer);
    this.#infer = infer;
  }

  override node(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}, options: NodeOptions = {}): readonly Value[] {
    const known = inputs.map((v) => this.constantOf(v));
    const given = inputs.filter((v) => v !== undefined);
    if (given.length > 0 && inputs.every((v, i) => v === undefined || known[i] !== undefined)) {
      const folded = this.#fold(op, inputs, attributes, options, known);
      if (folded) return folded;
    }
    const outputs = super.node(op, inputs, attributes, options);
    const [same, result] = [this.#copied(op, inputs), outputs[0]];
    if (same && result && outputs.length === 1 && sameShape(same.shape, result.shape) && same.dtype === result.dtype) return [same];
    const fill = fillOf(op, attributes, known[0], given[0] && this.#fills.get(given[0].name));
    if (fill !== undefined) for (const v of outputs) this.#fills.set(v.name, fill);
    return outputs.map((v) => this.#asLengths(v) ?? v);
  }

  /** A tensor of the file. @param learned what it is called there, where training is to adjust it */
  keep(data: TensorData, learned?: string): Value {
    if (learned === undefined && data.data.length < LARGE) return this.constant(data);
    const value = this.initializer(`folded ${this.#folded++}`, data);
    if (learned !== undefined) this.#learned.set(value.name, learned);
    return value;
  }

  /** What a learned tensor, or what it was made from, is called in the file. */
  learnedAs(value: string): string | undefined {
    return this.#learned.get(value);
  }

  /** The one number that all elements are, where that is known though their count is not. */
  fillOf(value: Value | undefined): number | undefined {
    if (!value) return undefined;
    const data = this.constantOf(value);
    return data ? uniform(data) : this.#fills.get(value.name);
  }

  #fold(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes,
    { domain = "", outputs: outputCount = 1 }: NodeOptions,
    known: readonly (TensorData | undefined)[],
  ): readonly Value[] | undefined {
    if (op === "Shape") return [this.keep(of("int64", sliceOf(known[0]?.dims ?? [], attributes), [sliceOf(known[0]?.dims ?? [], attributes).length]))];
    const types: readonly TensorType[] = this.#infer({
      op,
      domain,
      attributes,
      inputs,
      outputCount,
      constant: (i) => known[i],
      shapeBehind: (i) => this.shapeBehind(inputs[i]),
    });
    if (this.#growsTooMuch(types, known)) return undefined;
    const results = evaluate(op, attributes, known, types.slice(0, outputCount));
    if (!results) return undefined;
    const learned = inputs.map((v) => v && this.#learned.get(v.name)).find((name) => name !== undefined);
    return results.map((data) => this.keep(data, data.dtype === "float32" ? learned : undefined));
  }

  /** Hostile files blow up a few bytes to more than any memory. */
  #growsTooMuch(types: readonly TensorType[], known: readonly (TensorData | undefined)[]): boolean {
    const numbers = types.reduce((sum, { shape }) => sum + (isStatic(shape) ? sizeOf(shape) : 0), 0);
    if (numbers <= known.reduce((sum, data) => sum + (data?.data.length ?? 0), 0)) return false;
    if (this.#grown + numbers > MOST_GROWN) return true;
    this.#grown += numbers;
    return false;
  }

  /** What an operator gives as it is, where its result has the same shape: a product with 1, a slice of everything. */
  #copied(op: string, inputs: readonly (Value | undefined)[]): Value | undefined {
    const [a, b] = inputs;
    if (op === "Reshape" || op === "Expand" || op === "Identity" || op === "Tile") return a;
    if (op === "Slice") {
      const [starts, steps] = [this.constantOf(b), this.constantOf(inputs[4])];
      const whole = starts && numbersOf(starts).every((n) => n === 0) && (!inputs[4] || (steps && numbersOf(steps).every((n) => n === 1)));
      return whole ? a : undefined;
    }
    const neutral = op === "Mul" || op === "Div" ? 1 : op === "Add" || op === "Sub" ? 0 : undefined;
    if (neutral === undefined || !a || !b) return undefined;
    if (this.fillOf(b) === neutral && this.learnedAs(b.name) === undefined) return a;
    return (op === "Mul" || op === "Add") && this.fillOf(a) === neutral && this.learnedAs(a.name) === undefined ? b : undefined;
  }

  /** Lengths that are all known, though what they are read from is not. */
  #asLengths(value: Value): Value | undefined {
    if ((value.dtype !== "int64" && value.dtype !== "int32") || value.shape.length > 1) return undefined;
    const lengths = this.shapeBehind(value)?.filter((d) => typeof d === "number");
    const count = value.shape[0] ?? 1;
    return lengths?.length === count ? this.keep(of(value.dtype, lengths, value.shape.map(Number))) : undefined;
  }
}

function fillOf(op: string, attributes: Attributes, first: TensorData | undefined, ofFirst: number | undefined): number | undefined {
  if (op === "ConstantOfShape") return attributes["value"]?.type === "tensor" ? uniform(attributes["value"].value) : 0;
  return KEEPS_FILL.has(op) ? (ofFirst ?? (first && uniform(first))) : undefined;
}

function uniform(data: TensorData): number | undefined {
  if (data.dtype === "string" || data.data.length === 0) return undefined;
  const numbers = data.data.length > 2 ** 20 ? [] : numbersOf(data);
  return numbers.length > 0 && numbers.every((v) => v === numbers[0]) ? numbers[0] : undefined;
}

function sliceOf(dims: readonly number[], attributes: Attributes): readonly number[] {
  const [start, end] = [attributes["start"] ?? int(0), attributes["end"] ?? int(dims.length)];
  return dims.slice(start.type === "int" ? start.value : 0, end.type === "int" ? end.value : dims.length);
}
