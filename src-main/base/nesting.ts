/**
 * Levels of lists and objects in what Lathe reads: programs that follow them by calling themselves run out of stack at some thousand, and nothing of ours has
 * ten.
 */
export const MOST_NESTED = 100;

/** Whether a value that came as JSON has more levels than that. */
export function isNestedDeeply(value: unknown, most = MOST_NESTED): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  if (most === 0) return true;
  return Array.isArray(value) ? value.some((item) => isNestedDeeply(item, most - 1)) : Object.values(value).some((item) => isNestedDeeply(item, most - 1));
}
