import type { z } from "zod";
import type { Emitter } from "../onnx/emitter.js";
import type { Shape, TensorType, Value } from "../onnx/types.js";

/** An initialiser by configuration, e.g. `{ type: "kaiming_uniform", a: Math.sqrt(5) }`. */
export interface InitializerConfig {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** A tensor that training adjusts. */
export interface ParameterSpec {
  /** PyTorch's: `weight`, `bias`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** What the user's `init` (of `weight`) or `initBias` (of `bias`) says, else PyTorch's default for this layer. */
  readonly init: InitializerConfig;
  /** Its row, along the first axis, that starts as zeros whatever `init` says. */
  readonly zeroRow?: number;
}

/** A tensor that the forward pass adjusts, such as batch norm's running mean. */
export interface BufferSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly fill: number;
}

/** What a layer knows when it writes itself into a graph. */
export interface LayerContext<C> {
  readonly e: Emitter;
  readonly config: C;
  /** Batch first: `[N, …]`. */
  readonly inputs: readonly Value[];
  readonly input: Value;
  /** `train`: dropout drops and batch norm uses the batch; `eval`: neither. */
  readonly mode: "train" | "eval";
  parameter(name: string): Value;
  /** The buffer as left by the last use of this layer in the graph. */
  buffer(name: string): Value;
  /** buffer ← (1 - share)·buffer + share·value; a share of 1, the default, replaces it. Training mode only. */
  updateBuffer(name: string, value: Value, share?: number): void;
  /** Training mode only: fresh uniforms in [0, 1) each step, `[N, ...rest of shape]`, from the run's seed and the step number. */
  uniform(shape: Shape): Value;
  /** Training mode only: N as a float scalar-like value of shape [1]. */
  batchSize(): Value;
  /** Training mode only: from now on no gradient flows through the value, as in PyTorch's `detach`. It stays what it is. */
  stopGradient(value: Value): Value;
  /** A wrong input: the walker adds the layer's id. @throws LatheError `model.layer` */
  fail(expected: string): never;
}

/** How the diagnosis reads an activation's output. */
export interface ActivationTrait {
  /** Units at or below this for every sample of a batch pass no gradient and count as dead, e.g. 0 for ReLU. */
  readonly deadAtOrBelow?: number;
  /** Outputs below the first or above the second are in the flat parts, e.g. [-0.99, 0.99] for Tanh. */
  readonly saturatedOutside?: readonly [number, number];
}

/** What is known of a layer's values before anything is trained. */
export interface ValueTrait {
  /** None is below the first or above the second. */
  readonly range: readonly [least: number, most: number];
  readonly are?: "probabilities" | "log-probabilities";
  /** What they sum to in each row. */
  readonly sum?: number;
}

/** Headings of the studio's palette, in this order. */
export type LayerGroup =
  "Linear and shape" | "Convolution" | "Sequence" | "Pooling" | "Activation" | "Normalisation" | "Regularisation" | "Joining" | typeof IMPORTED_GROUP;

/** Of layers that only an import makes: the studio shows them, and offers none. */
export const IMPORTED_GROUP = "Imported";

/**
 * A layer in PyTorch: a module to be made once (`nn.Linear(9, 16)`), and how it is called where that is not with what it reads; or an expression of that
 * (`F.relu(x)`). `torch`, `nn` and `F` (torch.nn.functional) are there. `note`: how its training differs here, for a comment.
 */
export type TorchSource =
  | { readonly module: string; readonly called?: (module: string, inputs: readonly string[]) => string; readonly note?: string }
  | { readonly expression: (inputs: readonly string[]) => string };

/** One kind of layer, with PyTorch's name, defaults and semantics. */
export interface LayerDefinition<C = unknown> {
  readonly type: string;
  readonly group: LayerGroup;
  /** One line of plain words for the studio and the documentation. */
  readonly summary: string;
  /** A strict object of this layer's own options, camelCase (`outFeatures`), with PyTorch's defaults; `id`, `type`, `from` come from the project schema. */
  readonly config: z.ZodType<C>;
  /** How many inputs it takes; [1, 1] by default. */
  readonly arity?: readonly [least: number, most: number];
  parameters?(config: C, inputs: readonly TensorType[]): readonly ParameterSpec[];
  buffers?(config: C, inputs: readonly TensorType[]): readonly BufferSpec[];
  /** Adds the layer to the graph and returns its output. @throws LatheError `model.layer` for an input it cannot take. */
  lower(context: LayerContext<C>): Value;
  /** The same in PyTorch. @param inputs types of what it reads; lengths but for the batch are known. */
  torch(config: C, inputs: readonly TensorType[]): TorchSource;
  /** Multiplications that one sample takes forward; absent: none, as for copies, sums and comparisons. Exponentials and the like are not counted. */
  cost?(config: C, inputs: readonly TensorType[]): number;
  /**
   * Numbers of a sample that training holds inside the layer, beside what it reads and gives: gates of each step, scores of attention; absent: too few to
   * count. For an estimate of memory, within a factor of two.
   */
  held?(config: C, inputs: readonly TensorType[]): number;
  /** Steps that follow one another, each reading what the last one gave; absent: 1. */
  steps?(inputs: readonly TensorType[]): number;
  readonly activation?: ActivationTrait;
  /** The same where it depends on the options, of which `activation` then has the defaults; `activationOf` asks this first. */
  activationFor?(config: C): ActivationTrait;
  /** True where one sample's output depends on the others' (batch norm): a batch of one cannot train. */
  readonly needsBatch?: boolean;
  /** What its values can be; absent: any number, or no more is known. */
  values?(config: C): ValueTrait;
  /** True where it gives the very values it reads, in another shape perhaps. */
  readonly passes?: boolean;
  /**
   * Why the same comes out whatever goes in, as a sentence continues; undefined where it depends on the input.
   * @param batch rows of a training step; undefined: not known.
   */
  constant?(config: C, inputs: readonly TensorType[], batch: number | undefined): string | undefined;
  /** The same of a layer that compares, where all that it reads is one value. */
  readonly constantOfSame?: string;
  /** What it does to answers where nothing comes after it, as a sentence continues; undefined where it does no harm. */
  atEnd?(config: C): string | undefined;
}

/** How the diagnosis reads this layer's output; undefined where it is no activation or one that does not saturate. */
export function activationOf(definition: LayerDefinition, config: unknown): ActivationTrait | undefined {
  return definition.activationFor?.(config) ?? definition.activation;
}

/** Checks a definition against its own options and forgets them, so that definitions fit one registry. */
export function defineLayer<C>(definition: LayerDefinition<C>): LayerDefinition {
  return definition;
}
