/** What reading a stranger's network tells, before anything trains. */

/** What can become of a node of the file. */
export type NodeState = "trainable" | "frozen" | "unsupported" | "unused";

export interface ImportedNode {
  /** As the file calls it. */
  readonly name: string;
  readonly op: string;
  /** Unsupported: it, or what it reads, cannot be used. Unused: it lies behind the end of the network. Frozen: decided by constants, or no gradient passes. */
  readonly state: NodeState;
  /** Why it is frozen or unsupported, as a sentence. */
  readonly reason?: string;
  /** Layers of the project that it is a part of. */
  readonly layers: readonly string[];
  /** Of its first result; absent where it is not known. */
  readonly shape?: readonly (number | string)[];
}

export interface ImportReport {
  readonly file: string;
  readonly sha256: string;
  readonly opset: number;
  readonly producer: string;
  /** `N` is the batch. */
  readonly inputs: readonly { readonly name: string; readonly type: string; readonly shape: readonly (number | string)[] }[];
  readonly nodes: readonly ImportedNode[];
  /** Where the network ends, and what it gives there; absent where nothing of it can be used. */
  readonly end?: { readonly value: string; readonly layer: string; readonly shape: readonly (number | string)[]; readonly reason: string };
  /** Layers and weights up to the end. */
  readonly layers: number;
  readonly parameters: number;
  /** What a person should know of it, in sentences. */
  readonly notes: readonly string[];
  /** Why it cannot be trained as a whole, though a head behind it can. */
  readonly onlyFrozen?: string;
  /** Largest difference between the file as ONNX Runtime runs it and the layers, in units of the largest number; by rows of the batch. */
  readonly compared?: readonly { readonly rows: number; readonly difference: number }[];
}

export interface ImportRequest {
  /** The ONNX file. */
  readonly model: string;
  /** A node or a value at which the network ends. */
  readonly until?: string;
  /** Lengths of all axes but the batch, by input, where the file leaves them open. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /** Lengths of pictures, where the file leaves them open. */
  readonly size?: readonly [height: number, width: number];
  /** A node or a value up to which layers are frozen. */
  readonly freeze?: string;
}

export interface ImportAnswer {
  readonly report: ImportReport;
  /** Absent where nothing of the file can be used. */
  readonly network?: {
    readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | string)[]; readonly type: string }[];
    /** As a project writes layers. */
    readonly layers: readonly { readonly id: string; readonly type: string; readonly from: string[]; readonly [option: string]: unknown }[];
    readonly output: string;
    /** Lengths of what it gives. */
    readonly shape: readonly (number | string)[];
    /** Layers that `freeze` asked for. */
    readonly frozen: readonly string[];
    /** The network with its weights, as a file that blocks begin from. */
    readonly file: Uint8Array;
  };
}
