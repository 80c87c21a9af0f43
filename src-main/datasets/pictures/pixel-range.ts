import { LatheError } from "../../base/errors.js";
import type { PixelRange } from "../../features/image.js";

/** Depths that sensors and programs use. Of whole numbers, the smallest that holds the largest value is meant. */
const DEPTHS = [8, 10, 12, 14, 16] as const;

/** What was measured in a picture of more than 8 bits. */
export interface DeepSamples {
  readonly kind: "whole" | "float";
  /** Bits of a sample in the file. */
  readonly stored: number;
  readonly smallest: number;
  readonly largest: number;
}

/**
 * The range that pictures use together, so that one of them is as bright as another: of whole numbers the smallest of 8, 10, 12, 14 and 16 bits that holds the
 * largest value, of floats 0 to 1 or 0 to 255.
 */
export function rangeOf(pictures: Iterable<Pick<DeepSamples, "kind" | "largest">>): PixelRange {
  let [whole, float] = [-1, -1];
  for (const { kind, largest } of pictures) {
    if (kind === "whole") whole = Math.max(whole, largest);
    else float = Math.max(float, largest);
  }
  return { ...(whole < 0 ? {} : { bits: bitsFor(whole) }), ...(float < 0 ? {} : { float: float <= 1 ? 1 : 255 }) };
}

function bitsFor(largest: number): number {
  return DEPTHS.find((bits) => largest < 2 ** bits) ?? 16;
}

/** @throws LatheError `data.unreadable` for samples that fit no range, as the end of a sentence that begins with the file's name. */
export function refuseBeyondRanges({ kind, stored, smallest, largest }: DeepSamples): void {
  if (smallest >= 0 && largest <= (kind === "whole" ? 65_535 : 255)) return;
  const [what, expected] = kind === "whole" ? ["whole numbers", "0 to 65535"] : ["floats", "0 to 1, or 0 to 255"];
  const held = Number.isNaN(smallest) ? `${what} that are not all numbers (NaN)` : `${what} from ${shown(smallest)} to ${shown(largest)}`;
  throw new LatheError("data.unreadable", `holds ${held} in ${stored} bits, expected ${expected}; scale it and save it with 8 or 16 bits`);
}

/**
 * How many bits a picture's whole numbers are read by, or what its floats reach up to.
 * @param range what the pictures that were trained on use; of a kind that was not among them, floats are read by their own range, and whole numbers by 16 bits
 * where they need more than 14: fewer may be a camera's, and nothing tells how bright its white is.
 * @throws LatheError `data.unreadable` where they reach further, as `refuseBeyondRanges`
 */
export function rangeFor({ kind, stored, largest }: DeepSamples, range: PixelRange = {}): number {
  if (kind === "float") {
    const most = range.float ?? (largest <= 1 ? 1 : 255);
    if (largest > most)
      throw new LatheError("data.unreadable", `holds floats up to ${shown(largest)}, and the pictures that were trained on hold 0 to ${most}; scale it alike`);
    return most;
  }
  const used = bitsFor(largest);
  const bits = range.bits ?? 16;
  if (used > bits)
    throw new LatheError(
      "data.unreadable",
      `holds whole numbers up to ${largest}, and the pictures that were trained on use ${bits} bits, up to ${2 ** bits - 1}; scale it alike`,
    );
  if (range.bits === undefined && used < 16)
    throw new LatheError(
      "data.unreadable",
      `has ${stored} bits of which it uses ${used} (the largest value is ${largest}), and no picture that was trained on had more than 8: how bright it is ` +
        `meant to be is not known; save it with 8 bits`,
    );
  return bits;
}

/** What a range means, as the end of a sentence: "0 to 4095 (12 bits) is read as black to white". */
export function describeRange({ bits, float }: PixelRange): string {
  const parts = [...(bits === undefined ? [] : [`0 to ${2 ** bits - 1} (${bits} bits)`]), ...(float === undefined ? [] : [`0 to ${float} of floats`])];
  return `${parts.join(", and ")} ${parts.length === 1 ? "is" : "are"} read as black to white`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
