import { z } from "zod";
import { desaturated } from "./adjust.js";
import { defineTransform } from "./transform.js";

/** torchvision.transforms.Grayscale, with as many channels as there were. For validation and test too, set the input's color to gray instead. */
export const grayscale = defineTransform({
  type: "Grayscale",
  summary: "Takes the colours out of all training pictures",
  config: z.strictObject({}),
  create: () => desaturated,
});
