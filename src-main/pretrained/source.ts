/** Where a block's layers get their first values from, in the place of random numbers. */
export interface PretrainedSource {
  /** As the project names it. */
  readonly name: string;
  /** Of the file that holds the numbers, in hexadecimal digits: a run that is taken up before anything was kept must find the same. */
  readonly sha256: string;
  /**
   * What it has for a parameter or a buffer; undefined where it has nothing.
   * @param name as Lathe calls it inside the block: the layer, a dot, the tensor: `block3.depthwiseNorm.runningMean`
   */
  tensor(name: string): PretrainedTensor | undefined;
}

export interface PretrainedTensor {
  /** As the parameter or buffer must have it, or it begins at random. */
  readonly shape: readonly number[];
  /** The numbers in row-major order. @throws LatheError `pretrained.unreadable` */
  read(): Float32Array;
}

/** A kind of source, such as the networks that Lathe brings. */
export interface PretrainedKind {
  /** Whether a project that names this means one of these. */
  opens(name: string): boolean;
  /** What a project may write, for messages. */
  readonly names: readonly string[];
  /** @param folder the project's. @throws LatheError `pretrained.missing`, `pretrained.unreadable`, `project.unsafe` */
  open(name: string, folder: string): PretrainedSource;
}
