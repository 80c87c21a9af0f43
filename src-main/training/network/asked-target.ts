import type { TargetSpec } from "../../contract/data.js";
import type { TargetNumbers } from "../../features/kind.js";

/** What is asked of an output. */
export interface AskedTarget {
  readonly name: string;
  readonly kind: TargetSpec["type"];
  readonly loss: string;
  /** Classes of a category; undefined: not known. */
  readonly width?: number | undefined;
  /** Of numbers, by column, as they are normalised. */
  readonly numbers?: readonly TargetNumbers[] | undefined;
}
