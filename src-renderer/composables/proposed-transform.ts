import type { DraftTagged } from "../document/draft.js";

/** Pixels `[H, W, C]` of a picture, as the network sees it. */
export interface SeenPixels {
  readonly pixels: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Levels, of 256, that corners may differ by and still be of one ground. */
const alike = 24;

/**
 * A change of pictures as it is added by hand: what comes from outside the picture is filled with what the picture's corners are of, or else with what
 * transparent pictures are flattened on. torchvision's black would be a corner that no picture to judge has.
 * @param schema of its options. @param background as `#ffffff`.
 */
export function proposedTransform(
  type: string,
  schema: Readonly<Record<string, unknown>> | undefined,
  background: string,
  seen: SeenPixels | undefined,
): DraftTagged {
  if (!Object.hasOwn(schema?.["properties"] ?? {}, "fill")) return { type };
  const fill = (seen && cornersOf(seen)) ?? [1, 3, 5].map((at) => Number.parseInt(background.slice(at, at + 2), 16));
  const [first = 0] = fill;
  return { type, fill: fill.every((level) => level === first) ? first : fill };
}

/** The mean of the four corners; undefined where they differ. */
function cornersOf({ pixels, width, height, channels }: SeenPixels): readonly number[] | undefined {
  const corners = [0, width - 1, (height - 1) * width, height * width - 1].map((at) =>
    Array.from({ length: channels }, (_, c) => pixels[at * channels + c] ?? 0),
  );
  const levels = Array.from({ length: channels }, (_, c) => corners.map((corner) => corner[c] ?? 0));
  if (levels.some((all) => Math.max(...all) - Math.min(...all) > alike)) return undefined;
  return levels.map((all) => Math.round(all.reduce((sum, level) => sum + level, 0) / all.length));
}
