import { z } from "zod";
import { type Affine, inverseAffine, mapped } from "./geometry.js";
import { between, fillOf, fillOption, interpolationOption, range } from "./options.js";
import { defineTransform } from "./transform.js";

const angles = z.union([z.number().min(0).max(360), range(-360, 360)]);
const [least, most] = [-85, 85];

/** torchvision.transforms.RandomAffine: about the picture's centre. */
export const randomAffine = defineTransform({
  type: "RandomAffine",
  summary: "Turns, moves, scales and shears by what is drawn from ranges",
  caution: "turned far, 6 and 9, or M and W, become each other",
  config: z.strictObject({
    degrees: angles.default(0).describe("At most so far either way, or [least, most]; clockwise"),
    translate: z
      .tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
      .optional()
      .describe("At most so far of width and height"),
    scale: range(0.01, 100).optional().describe("[least, most]; 1 keeps the size"),
    shear: z
      .union([
        z.number().min(0).max(most),
        range(least, most),
        z.tuple([z.number().min(least).max(most), z.number().min(least).max(most), z.number().min(least).max(most), z.number().min(least).max(most)]),
      ])
      .optional()
      .describe("Degrees along x: at most, or [least, most]; or [least, most] along x and then along y"),
    interpolation: interpolationOption,
    fill: fillOption,
  }),
  create({ degrees, translate, scale, shear, interpolation, fill }) {
    const turn: readonly [number, number] = typeof degrees === "number" ? [-degrees, degrees] : degrees;
    const slants = shear === undefined ? undefined : typeof shear === "number" ? [-shear, shear] : shear;
    return (picture, random) => {
      const { width, height } = picture;
      const angle = between(random, turn);
      const moved = translate?.map((share, k) => {
        const far = share * (k === 0 ? width : height);
        return roundHalfEven(between(random, [-far, far]));
      }) ?? [0, 0];
      const drawn: Affine = {
        angle,
        translate: [moved[0] ?? 0, moved[1] ?? 0],
        scale: scale ? between(random, scale) : 1,
        shear: slants
          ? [between(random, [slants[0] ?? 0, slants[1] ?? 0]), slants.length === 4 ? between(random, [slants[2] ?? 0, slants[3] ?? 0]) : 0]
          : [0, 0],
      };
      return mapped(picture, picture, inverseAffine([width * 0.5, height * 0.5], drawn), interpolation, fillOf(fill));
    };
  },
});

/** As Python's `round`. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
