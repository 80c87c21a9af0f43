import type { EvaluationResult } from "../../contract/results.js";
import type { TableReader } from "../../datasets/index.js";

/** A picture that cannot be read, or that an empty one stands in for, with the reason. */
type Told = { readonly path: string; readonly reason: string };

/** A sentence about pictures that cannot be read and are excluded, where there are any. */
export function badPictures({ path, bad }: Pick<TableReader, "path" | "bad">): readonly string[] {
  if (bad.length === 0) return [];
  return [
    `${bad.length} picture${bad.length === 1 ? "" : "s"} of ${path} cannot be read and ${bad.length === 1 ? "is excluded: " : "are excluded; for example, "}` +
      shownBad(bad[0]),
  ];
}

/** A sentence about pictures that empty ones stand in for, where there are any. @param example one that is there and cannot be read */
export function emptyPictures({
  path,
  blank,
  example,
}: {
  readonly path: string;
  readonly blank: number;
  readonly example?: Told | undefined;
}): readonly string[] {
  if (blank === 0) return [];
  return [
    `${blank} picture${blank === 1 ? " of" : "s of"} ${path} ` +
      (blank === 1 ? "is missing or cannot be read, and was read as an empty one" : "are missing or cannot be read, and were read as empty ones") +
      (example ? `; for example, ${shownBad(example)}` : ""),
  ];
}

/** Every picture that cannot be read, where there are any. */
export function unreadableOf({ bad }: Pick<TableReader, "bad">): Pick<EvaluationResult, "unreadable"> {
  return bad.length === 0 ? {} : { unreadable: bad.map(({ path, reason }) => ({ picture: path, reason })) };
}

/** A picture that cannot be read, with the reason. */
export function shownBad(bad: Told | undefined): string {
  return bad ? `${bad.path} ${bad.reason}` : "";
}
