import { z } from "zod";
import { MOST_NAME } from "../base/limits.js";

/** Names become parts of metric names (`label.accuracy`), of ids inside blocks (`block1.fc`) and of tensors in the ONNX file. */
export const nameSchema = z
  .string()
  .regex(/^(?!__proto__$)[\p{L}_][\p{L}\p{N}_-]*$/u, "expected a name of letters, digits, _ and -, starting with a letter or _, and not __proto__")
  .max(MOST_NAME);

/** Whether a project may call an input or a target so. */
export function isName(text: string): boolean {
  return nameSchema.safeParse(text).success;
}

export const columnSchema = z.string().min(1);

export const normalize = z.enum(["standard", "minmax", "none"]);

/** Numbers by column or by channel. */
export const numbers = z.array(z.number());

/** Enough digits to tell two float32 apart. */
export function writeNumber(value: number): string {
  return String(Number(value.toPrecision(9)));
}

/** "1 number", "3 classes". */
export function counted(n: number, what: string): string {
  return `${n} ${n === 1 ? what : what.endsWith("s") ? `${what}es` : `${what}s`}`;
}
