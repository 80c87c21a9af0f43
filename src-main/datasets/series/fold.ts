/** A piece of a walk-forward test, by times in µs: rows before `from` are trained on, those up to `until` are forecast. */
export interface Fold {
  readonly from: number;
  readonly until: number;
  /** Of all folds: nothing behind one of these fills a gap before it. */
  readonly cuts: readonly number[];
}
