/** How the class of a sample was decided for one of its targets; unknown: nobody told its class. */
export type Outcome = "right" | "wrong" | "unknown";

/** A target of classes, one of several of the same samples. */
export interface Decisions {
  /** Index of the class that is decided for the sample in this place. */
  readonly decided: (place: number) => number;
  /** `[n]`, class indices; one that is negative or no number is not known. */
  readonly truths: ArrayLike<number>;
}

export function outcomeOf({ decided, truths }: Decisions, place: number): Outcome {
  const truth = truths[place] ?? Number.NaN;
  if (!(truth >= 0)) return "unknown";
  return decided(place) === truth ? "right" : "wrong";
}

/**
 * Share of samples whose classes are right for all targets (torchmetrics' ExactMatch, also called subset accuracy, with the targets as its further dimension).
 * Samples of which a class is not known are excluded, where torchmetrics' `ignore_index` takes such a class for right.
 * @returns undefined where all classes are known of no sample
 */
export function jointMatch(targets: readonly Decisions[], samples: number): number | undefined {
  let [right, known] = [0, 0];
  for (let place = 0; place < samples; place++) {
    const outcomes = targets.map((target) => outcomeOf(target, place));
    if (outcomes.includes("unknown")) continue;
    known++;
    if (!outcomes.includes("wrong")) right++;
  }
  return known === 0 ? undefined : right / known;
}
