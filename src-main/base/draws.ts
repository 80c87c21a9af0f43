/**
 * What is drawn beside each sample, for losses that compare samples: one that may be of its class or not, both equally likely; or one of its class and one of
 * another. Their rows follow the sample's own.
 */
export type Draws = "pairs" | "triplets";

const ROWS: Readonly<Record<Draws, number>> = { pairs: 2, triplets: 3 };

/** Rows of a batch for each of its samples: its own, and those that are drawn beside it. */
export function rowsOfSample(draws: Draws | undefined): number {
  return draws === undefined ? 1 : ROWS[draws];
}
