import { z } from "zod";
import { tensor } from "../onnx/types.js";
import type { InputDefinition } from "./kind.js";
import { oneColumn } from "./one-column.js";
import { columnSchema, nameSchema } from "./options.js";

const options = z.strictObject({ name: nameSchema, type: z.literal("present"), column: columnSchema });
const fitted = z.strictObject({ name: z.string(), type: z.literal("present"), column: z.string() });

const PRESENT_PYTHON = `def present(spec, table):
    """1 where the column has a value."""
    return np.array([[float(not is_missing(text, spec["column"]))] for text in table[spec["column"]]], np.float32)
`;

/** Whether a column has a value, of a picture whether it can be read: float32 `[N, 1]` of 0 and 1, in and out. It reads beside what else reads the column. */
export const presentInput: InputDefinition<typeof options, typeof fitted> = {
  type: "present",
  summary: "1 where a column has a value, of a picture where it can be read; else 0",
  options,
  fitted,
  cells: "text",
  presence: true,
  reads: "values",
  kept: "record",

  ...oneColumn,
  suits: () => false,
  start: (name, [column = ""]) => ({ name, type: "present", column }),
  gaps: () => "keep",
  standIn: () => "told as 0",
  prepared: (spec) => spec,
  augmentation: () => undefined,
  plan: ({ column }) => ({ shape: ["N", 1], description: `1 where "${column}" has a value, else 0` }),

  fit: ({ name }, [column = ""]) => Promise.resolve({ name, type: "present", column }),
  known: () => undefined,
  range: () => undefined,

  rawType: () => ({ dtype: "float32", shape: ["N", 1] }),
  describe: ({ column }) => `1 where column ${column} has a value, of a picture where it can be read; 0 where it is missing`,
  encodedType: () => ({ dtype: "float32", shape: ["N", 1] }),
  lower: (_, raw) => raw,

  python: PRESENT_PYTHON,

  tally: () => undefined,
  madeUp: (_, rows, random) =>
    tensor(
      "float32",
      Array.from({ length: rows }, () => random.below(2)),
      [rows, 1],
    ),
  fields: ({ column }) => [{ column, kind: "text", typical: "" }],
  notes: ({ column }, _, { typed }) => ((typed[column] ?? "").trim() === "" ? [{ column, message: `${column} is missing, and the model is told so` }] : []),
};
