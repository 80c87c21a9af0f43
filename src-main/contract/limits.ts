/** What a project may hold at most. A document beyond these is refused with a sentence; planning and compiling it would keep a window waiting, or never end. */

/** Letters of a name: of an input, a target, a layer or a block. Names of values in the exported file are made of them. */
export const MOST_NAME = 200;

/** Layers of a network with all blocks unfolded. ResNet-152 has about 500; blocks that hold blocks twice double with each level. */
export const MOST_LAYERS = 5000;

/** Bytes of `project.json`. A network of all those layers, or ten thousand columns, take two megabytes. */
export const MOST_DOCUMENT = 16 << 20;
