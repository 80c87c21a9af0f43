import { LatheError } from "../../../base/errors.js";
import type { Held } from "../held.js";
import type { Operands } from "./kernel.js";

/** Operand `i`. @throws LatheError `graph.invalid` where it is omitted. */
export function operand(operands: Operands, i: number): Held {
  const found = operands[i];
  if (!found) throw new LatheError("graph.invalid", `operand ${i} is omitted`);
  return found;
}

/** Operand `i` as plain numbers: axes, shapes, bounds. */
export function numbersAt(operands: Operands, i: number): readonly number[] | undefined {
  const found = operands[i];
  return found && Array.from(found.numbers());
}
