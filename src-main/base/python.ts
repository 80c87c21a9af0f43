/** Python as it is, where a plain text would be quoted. */
export class Code {
  constructor(readonly text: string) {}
}

export type PythonValue = Code | string | number | boolean | null | readonly number[];

/**
 * A call in Python: `nn.ELU(alpha=0.5)`.
 * @param named arguments by name, each with its default in PyTorch, at which it is omitted; undefined: there is none.
 */
export function call(
  name: string,
  positional: readonly PythonValue[] = [],
  named: Readonly<Record<string, readonly [value: PythonValue | undefined, byDefault: PythonValue | undefined]>> = {},
): string {
  const given = Object.entries(named).flatMap(([key, [value, byDefault]]) => (value === undefined || value === byDefault ? [] : [`${key}=${python(value)}`]));
  return `${name}(${[...positional.map(python), ...given].join(", ")})`;
}

/** A tensor of float32. */
export function tensorOf(values: readonly number[]): Code {
  return new Code(`torch.tensor([${values.join(", ")}])`);
}

/** `weightDecay` as PyTorch calls it. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A value as Python writes it. */
export function python(value: PythonValue): string {
  if (value instanceof Code) return value.text;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  return `(${value.map(python).join(", ")}${value.length === 1 ? "," : ""})`;
}
