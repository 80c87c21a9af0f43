import { Random } from "../base/random.js";
import { createRegistry } from "../base/registry.js";
import { centerCrop } from "./center-crop.js";
import { colorJitter } from "./color-jitter.js";
import { gaussianBlur } from "./gaussian-blur.js";
import { grayscale } from "./grayscale.js";
import { pad } from "./pad.js";
import type { Picture } from "./picture.js";
import { randomAffine } from "./random-affine.js";
import { randomAutocontrast } from "./random-autocontrast.js";
import { randomCrop } from "./random-crop.js";
import { randomErasing } from "./random-erasing.js";
import { randomGrayscale } from "./random-grayscale.js";
import { randomHorizontalFlip } from "./random-horizontal-flip.js";
import { randomResizedCrop } from "./random-resized-crop.js";
import { randomRotation } from "./random-rotation.js";
import { randomVerticalFlip } from "./random-vertical-flip.js";
import { resized } from "./resample.js";
import { resize } from "./resize.js";
import type { TransformDefinition } from "./transform.js";

/** Every change that training pictures can go through, the most useful first. */
export const transforms = createRegistry<TransformDefinition>("transform", [
  randomHorizontalFlip,
  randomVerticalFlip,
  randomRotation,
  randomAffine,
  colorJitter,
  randomResizedCrop,
  randomCrop,
  randomAutocontrast,
  randomErasing,
  gaussianBlur,
  randomGrayscale,
  grayscale,
  pad,
  centerCrop,
  resize,
]);

/** A list of transforms as the project has it. */
export type TransformSpecs = readonly { readonly type: string; readonly [option: string]: unknown }[];

/** One function of a list of transforms; what comes out has the size of what went in. @throws LatheError `project.invalid` for an unknown transform. */
export function augmentation(specs: TransformSpecs): (picture: Picture, random: Random) => Picture {
  const steps = specs.map(({ type, ...options }) => transforms.get(type).create(options));
  return (picture, random) => {
    const changed = steps.reduce((before, step) => step(before, random), picture);
    return resized(changed, picture.width, picture.height);
  };
}

/** The draws of a sample in an epoch: the same whenever and wherever they are made. @param sample a number that is the sample's own. */
export function drawsOf(seed: number, input: string, epoch: number, sample: number): Random {
  return new Random(seed, "augment", input, epoch, sample);
}
