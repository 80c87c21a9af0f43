import { JSON_BOUNDS } from "./json-bounds.js";

/** What a project may hold at most. A document beyond these is refused with a sentence; planning and compiling it would keep a window waiting, or never end. */

/** Letters of a name: of an input, a target, a layer or a block. Names of values in the exported file are made of them. */
export const MOST_NAME = 200;

/** Layers of a network with all blocks unfolded. ResNet-152 has about 500; blocks that hold blocks twice double with each level. */
export const MOST_LAYERS = 5000;

/** Inputs and blocks of a network, and targets with their outputs. */
export const MOST_INPUTS = 5000;
export const MOST_TARGETS = 1000;
export const MOST_BLOCKS = 500;

/** Labels that one target of several at once has: each is judged by itself in every epoch. */
export const MOST_LABELS = 1000;

/** Columns that one input or target names; "rest" takes as many as there are. */
export const MOST_COLUMNS = 100_000;

/** Rows of a series that one sample reads, and steps that it predicts. */
export const MOST_STEPS = 10_000;

/** Changes of pictures in a row. */
export const MOST_CHANGES = 32;

/** Things wrong with a document that are told at once. */
export const MOST_PROBLEMS = 100;

/** Bytes of `project.json`. A network of all those layers, or ten thousand columns, take two megabytes. */
export const MOST_DOCUMENT = JSON_BOUNDS.document.bytes;

/** Larger pictures are not decoded: 100 megapixels are 300 MB. What a small file says it holds may be more than any memory. */
export const MOST_PIXELS = 100_000_000;
