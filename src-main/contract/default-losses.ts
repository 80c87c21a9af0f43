import type { TargetKind } from "../losses/loss.js";

/** The loss of a target that names none. */
export const defaultLosses: Readonly<Record<TargetKind, string>> = {
  binary: "BCEWithLogitsLoss",
  category: "CrossEntropyLoss",
  numeric: "MSELoss",
  labels: "BCEWithLogitsLoss",
  embedding: "TripletMarginLoss",
};
