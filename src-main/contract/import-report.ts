import { z } from "zod";
import { pathSchema } from "./files.js";

/** What reading a stranger's network tells, before anything trains. */

/** Lengths of axes, some by name; `N` is the batch. */
const lengths = z.array(z.union([z.number(), z.string()])).readonly();

/**
 * What can become of a node of the file. Unsupported: it, or what it reads, cannot be used. Unused: it lies behind the end of the network. Frozen: decided by
 * constants, or no gradient passes.
 */
export const nodeStates = ["trainable", "frozen", "unsupported", "unused"] as const;

const importedNode = z.strictObject({
  /** As the file calls it. */
  name: z.string(),
  op: z.string(),
  state: z.enum(nodeStates),
  /** Why it is frozen or unsupported, as a sentence. */
  reason: z.string().optional(),
  /** Layers of the project that it is a part of. */
  layers: z.array(z.string()).readonly(),
  /** Of its first result; absent where it is not known. */
  shape: lengths.optional(),
});
export type ImportedNode = z.infer<typeof importedNode>;

const importReport = z.strictObject({
  file: z.string(),
  sha256: z.string(),
  opset: z.number(),
  producer: z.string(),
  inputs: z.array(z.strictObject({ name: z.string(), type: z.string(), shape: lengths })).readonly(),
  nodes: z.array(importedNode).readonly(),
  /** Where the network ends, and what it gives there; absent where nothing of it can be used. */
  end: z.strictObject({ value: z.string(), layer: z.string(), shape: lengths, reason: z.string() }).optional(),
  /** Layers and weights up to the end. */
  layers: z.number(),
  parameters: z.number(),
  /** What a person should know of it, in sentences. */
  notes: z.array(z.string()).readonly(),
  /** Why it cannot be trained as a whole, though a head behind it can. */
  onlyFrozen: z.string().optional(),
  /** Largest difference between the file as ONNX Runtime runs it and the layers, in units of the largest number; by rows of the batch. */
  compared: z
    .array(z.strictObject({ rows: z.number(), difference: z.number() }))
    .readonly()
    .optional(),
});
export type ImportReport = z.infer<typeof importReport>;

/** Which network is asked for. */
export const networkQuestion = z.strictObject({
  /** The ONNX file. */
  model: pathSchema,
  /** A node or a value at which the network ends. */
  until: z.string().min(1).max(1000).optional(),
  /** Where the file leaves lengths open: height and width of pictures, or rows of a window of a series. */
  size: z.array(z.int().min(1).max(9999)).min(1).max(2).readonly().optional(),
});
export type NetworkQuestion = z.infer<typeof networkQuestion>;

/** A file's network looked at: its report, and either what it reads or why no project can be made of it as it is asked for. */
export const networkOutlook = z.strictObject({
  report: importReport,
  reads: z.enum(["pictures", "series", "table"]).optional(),
  refused: z.string().optional(),
  /** Of an input with four axes: its pictures' channels, and their height and width, as far as they are known. */
  picture: z.strictObject({ channels: z.number().optional(), size: z.tuple([z.number(), z.number()]).optional() }).optional(),
});
export type NetworkOutlook = z.infer<typeof networkOutlook>;
/** The kind of data that a network reads, by the axes of its input. */
export type NetworkReads = NonNullable<NetworkOutlook["reads"]>;

/** How a project is made of a network. */
export const networkUse = z.strictObject({
  /** `all`, `none`, or a node or value up to which layers are frozen. */
  freeze: z.string().min(1).max(1000).optional(),
  /** What pixels are to it: `imagenet`, `0..1`, `-1..1`, `0..255`, or means and deviations by channel of pixels from 0 to 1, as in `0.5/0.5/0.5,0.2/0.2/0.2` */
  normalize: z.string().min(1).max(1000).optional(),
  /** The order of a picture's channels. */
  channels: z.enum(["rgb", "bgr"]).optional(),
});
export type NetworkUse = z.infer<typeof networkUse>;

export interface ImportRequest extends NetworkQuestion {
  /** Lengths of all axes but the batch, by input, where the file leaves them open. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
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
