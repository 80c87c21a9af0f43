import type { Attribute, AttributeValues, Node } from "../../../src-main/onnx/types.js";
import type { Tensor } from "./tensor.js";

/** A node being evaluated, with attributes read by name and default. */
export class Call {
  constructor(
    readonly node: Node,
    readonly inputs: readonly (Tensor | undefined)[],
  ) {}

  input(i: number): Tensor {
    const found = this.inputs[i];
    if (!found) throw new Error(`${this.node.op} (${this.node.name}) has no operand ${i}`);
    return found;
  }

  /** The operands that are there. */
  present(): readonly Tensor[] {
    return this.inputs.filter((t) => t !== undefined);
  }

  /** The numbers of an optional operand. */
  numbers(i: number): readonly number[] | undefined {
    return this.inputs[i]?.data;
  }

  int(name: string, fallback: number): number {
    return this.#read(name, "int") ?? fallback;
  }
  /** A file holds attributes as float32. */
  float(name: string, fallback: number): number {
    return Math.fround(this.#read(name, "float") ?? fallback);
  }
  text(name: string, fallback: string): string {
    return this.#read(name, "string") ?? fallback;
  }
  ints(name: string): readonly number[] | undefined {
    return this.#read(name, "ints");
  }
  floats(name: string): readonly number[] | undefined {
    return this.#read(name, "floats");
  }
  strings(name: string): readonly string[] | undefined {
    return this.#read(name, "strings");
  }
  attribute(name: string): Attribute | undefined {
    return this.node.attributes[name];
  }

  #read<K extends keyof AttributeValues>(name: string, type: K): AttributeValues[K] | undefined {
    const found = this.node.attributes[name];
    if (!found) return undefined;
    if (found.type !== type) throw new Error(`${this.node.op}'s attribute ${name} is of kind ${found.type}, expected ${type}`);
    return found.value as AttributeValues[K];
  }
}

/** Evaluates one operator. */
export type Kernel = (call: Call) => Tensor | readonly Tensor[];

export type Kernels = Readonly<Record<string, Kernel>>;
