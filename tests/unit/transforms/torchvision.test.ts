import { describe, expect, test } from "vitest";
import { desaturated, withBrightness, withContrast, withHue, withSaturation } from "../../../src-main/transforms/adjust.js";
import { middleOf } from "../../../src-main/transforms/center-crop.js";
import { blurred } from "../../../src-main/transforms/gaussian-blur.js";
import { inverseAffine, mapped, rotated } from "../../../src-main/transforms/geometry.js";
import { padded } from "../../../src-main/transforms/pad.js";
import { type Picture, cropped } from "../../../src-main/transforms/picture.js";
import { transforms } from "../../../src-main/transforms/index.js";
import { autocontrast } from "../../../src-main/transforms/random-autocontrast.js";
import { covered } from "../../../src-main/transforms/random-erasing.js";
import { mirrored } from "../../../src-main/transforms/random-horizontal-flip.js";
import { upsideDown } from "../../../src-main/transforms/random-vertical-flip.js";
import { resized } from "../../../src-main/transforms/resample.js";
import { withShorterSide } from "../../../src-main/transforms/resize.js";
import { readGolden } from "../../support/goldens.js";

// The deterministic part of each transform against torchvision 0.14.1 on PIL images: generate_transforms.py made the numbers.

interface Told {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: string;
}

interface Case {
  readonly what: string;
  readonly of: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly result: Told;
}

const goldens = readGolden<{ readonly pictures: Readonly<Record<string, Told>>; readonly cases: readonly Case[] }>("transforms.json");

/** Options as the generator wrote them. */
interface Options {
  readonly size: readonly [number, number] & number;
  readonly angle: number;
  readonly translate: readonly [number, number];
  readonly scale: number;
  readonly shear: readonly [number, number];
  readonly interpolation: "nearest" | "bilinear";
  readonly fill: number;
  readonly factor: number;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly padding: readonly [number, number, number, number];
  readonly mode: "constant" | "edge" | "reflect";
  readonly kernelSize: number;
  readonly sigma: number;
}

const ours: Readonly<Record<string, (picture: Picture, o: Options) => Picture>> = {
  hflip: mirrored,
  vflip: upsideDown,
  resize: (picture, { size }) => (typeof size === "number" ? withShorterSide(picture, size) : resized(picture, size[1], size[0])),
  rotate: (picture, { angle, interpolation, fill }) => rotated(picture, angle, interpolation, [fill]),
  affine: (picture, o) => mapped(picture, picture, inverseAffine([picture.width * 0.5, picture.height * 0.5], o), o.interpolation, [0]),
  brightness: (picture, { factor }) => withBrightness(picture, factor),
  contrast: (picture, { factor }) => withContrast(picture, factor),
  saturation: (picture, { factor }) => withSaturation(picture, factor),
  hue: (picture, { factor }) => withHue(picture, factor),
  autocontrast,
  grayscale: desaturated,
  center_crop: (picture, { size }) => middleOf(picture, size[0], size[1]),
  resized_crop: (picture, { left, top, width, height, size }) => resized(cropped(picture, left, top, width, height), size[1], size[0]),
  pad: (picture, { padding, mode, fill }) => padded(picture, padding, mode, [fill]),
  blur: (picture, { kernelSize, sigma }) => blurred(picture, kernelSize, sigma),
  erase: (picture, { left, top, width, height }) => covered(picture, left, top, width, height, [0]),
};

/** What each transform is made of. */
const partsOf: Readonly<Record<string, readonly string[]>> = {
  RandomHorizontalFlip: ["hflip"],
  RandomVerticalFlip: ["vflip"],
  RandomRotation: ["rotate"],
  RandomAffine: ["affine"],
  ColorJitter: ["brightness", "contrast", "saturation", "hue"],
  RandomResizedCrop: ["resized_crop"],
  RandomCrop: ["pad", "resized_crop"],
  RandomAutocontrast: ["autocontrast"],
  RandomErasing: ["erase"],
  GaussianBlur: ["blur"],
  RandomGrayscale: ["grayscale"],
  Grayscale: ["grayscale"],
  Pad: ["pad"],
  CenterCrop: ["center_crop"],
  Resize: ["resize"],
};

test("every transform has golden pixels", () => {
  const golden = new Set(goldens.cases.map(({ what }) => what));
  expect(transforms.types.filter((type) => !partsOf[type]?.every((part) => golden.has(part)))).toEqual([]);
});

/**
 * Levels of 255 that a pixel may differ by, and the share of pixels that may differ at all: 0 but where sums are rounded in another order, which tips a value
 * that lies just between two levels, or a nearest pixel just between two.
 */
const TOLERANCE: Readonly<Record<string, { readonly levels: number; readonly share: number }>> = { blur: { levels: 1, share: 0.01 } };

function unpack({ data, ...rest }: Told): Picture {
  return { ...rest, data: new Uint8Array(Buffer.from(data, "base64")) };
}

describe.each([...new Set(goldens.cases.map(({ what }) => what))])("%s", (what) => {
  test.each(goldens.cases.filter((c) => c.what === what).map((c) => [`${c.of} ${JSON.stringify(c.options)}`, c] as const))(
    "%s",
    (_, { of, options, result }) => {
      const source = unpack(goldens.pictures[of]!);
      const expected = unpack(result);
      const got = ours[what]!(source, options as unknown as Options);
      expect([got.width, got.height, got.channels]).toEqual([expected.width, expected.height, expected.channels]);
      const { levels, share } = TOLERANCE[what] ?? { levels: 0, share: 0 };
      const differences = Array.from(got.data, (value, i) => Math.abs(value - expected.data[i]!));
      expect(Math.max(...differences)).toBeLessThanOrEqual(levels);
      expect(differences.filter((d) => d > 0).length / differences.length).toBeLessThanOrEqual(share);
    },
  );
});
