import { z } from "zod";
import { LatheError } from "../base/errors.js";
import { MOST_CLASSES, oneClass, refuseTooMany, sortClasses } from "./category.js";
import { byText, classTarget } from "./classes.js";
import type { TargetDefinition } from "./kind.js";
import { columnSchema, nameSchema, writeNumber } from "./options.js";

const options = z.strictObject({
  name: nameSchema,
  type: z.literal("embedding"),
  column: columnSchema.describe("Rows of one value here belong together"),
  dimensions: z.int().min(1).max(4096).default(32).describe("Numbers that a sample is described by"),
});

const fitted = z.strictObject({ name: z.string(), type: z.literal("embedding"), column: z.string(), classes: z.array(z.string()), dimensions: z.number() });

/**
 * A point for each sample, `[D]`, near to those of its class and far from others: for classes that are not known yet, for search, for "is this the same?".
 * Learnt by comparing samples, as TripletMarginLoss and ContrastiveLoss do.
 */
export const embeddingTarget: TargetDefinition<typeof options, typeof fitted> = {
  type: "embedding",
  options,
  fitted,
  ...classTarget,
  needed: true,
  open: true,
  plan: ({ column, dimensions }) => ({ width: dimensions, exact: true, description: `${dimensions} numbers, alike for rows of one "${column}"` }),
  async fit({ name, dimensions }, [column = ""], context) {
    const counts = await context.texts(column, "all", MOST_CLASSES);
    refuseTooMany(counts, column, context);
    if (counts.size < 2) throw oneClass(column, [...counts.keys()], context);
    const trained = await context.texts(column, "train", MOST_CLASSES);
    const alone = [...trained].filter(([, rows]) => rows === 1).map(([text]) => text);
    if (alone.length === trained.size)
      throw new LatheError(
        "data.target",
        `target column "${column}" of ${context.path}: no value has two training rows, so that nothing shows what belongs together; use a column whose ` +
          "values recur",
        { path: context.path, column },
      );
    if (alone.length > 0)
      context.warn(
        "data.classes",
        `${alone.length} of ${trained.size} values of "${column}" in ${context.path} have one training row (${alone.slice(0, 3).join(", ")}` +
          `${alone.length > 3 ? ", …" : ""}); it has no other to be near to, and only shows what is different`,
      );
    return { name, type: "embedding", column, classes: sortClasses([...counts.keys()]), dimensions };
  },
  // What is predicted is a point: that its row has a class is for training and judging alone.
  classes: () => undefined,
  classOf: ({ classes }) => byText(classes.map((text, k) => [text, k])),
  width: ({ dimensions }) => dimensions,
  lower: (_, answer) => answer,
  describe: ({ column, dimensions }) => `${dimensions} numbers; the smaller the distance of two rows, the more alike they are in ${column}`,
  head: ({ name, dimensions }) => Array.from({ length: dimensions }, (_, k) => `${name}:${k + 1}`),
  cellsOf: (outputs) => Array.from(outputs, writeNumber),
};
