/** A setting in which runs differ, at its place in the project file: `training.optimizer.lr`. */
export interface SettingDifference {
  readonly path: string;
  /** As JSON says it, one a document; undefined where it is not set. */
  readonly values: readonly (string | undefined)[];
}

/**
 * The settings in which documents differ, in the order of the first that has them. Entries of lists that have an `id` or a `name` are matched by it, so that a
 * layer put in between is one difference.
 */
export function settingsDifference(documents: readonly Readonly<Record<string, unknown>>[]): readonly SettingDifference[] {
  const flat = documents.map((document) => new Map(leaves(document, "")));
  const paths = [...new Set(flat.flatMap((leavesOf) => [...leavesOf.keys()]))];
  const differences = paths.map((path) => ({ path, values: flat.map((leavesOf) => leavesOf.get(path)) })).filter(({ values }) => new Set(values).size > 1);
  return wholeEntries(differences, flat);
}

/** A layer, an input or a target that some do not have, and that is the same where it is, is one difference: its type stands for all that it says. */
function wholeEntries(differences: readonly SettingDifference[], flat: readonly ReadonlyMap<string, string>[]): readonly SettingDifference[] {
  const shown = new Map<string, SettingDifference>();
  for (const difference of differences) {
    const entry = entryOf(difference.path);
    const whole = entry === undefined ? undefined : wholeEntry(entry, differences, flat);
    if (whole) shown.set(whole.path, whole);
    else shown.set(difference.path, difference);
  }
  return [...shown.values()];
}

/** `model.layers.gru` of `model.layers.gru.hiddenSize`. */
function entryOf(path: string): string | undefined {
  return /^(?:model\.layers|data\.inputs|data\.targets)\.[^.]+(?=\.)/.exec(path)?.[0];
}

function wholeEntry(entry: string, differences: readonly SettingDifference[], flat: readonly ReadonlyMap<string, string>[]): SettingDifference | undefined {
  const types = flat.map((leavesOf) => leavesOf.get(`${entry}.type`));
  const inside = differences.filter(({ path }) => path.startsWith(`${entry}.`));
  const same = inside.every(({ values }) => values.every((value, i) => (types[i] === undefined) === (value === undefined)) && new Set(values).size === 2);
  return same && types.includes(undefined) ? { path: entry, values: types } : undefined;
}

/** Every setting of a document with its place. */
export function settingsList(document: Readonly<Record<string, unknown>>): readonly { readonly path: string; readonly value: string }[] {
  return leaves(document, "").map(([path, value]) => ({ path, value }));
}

function leaves(value: unknown, path: string): readonly (readonly [string, string])[] {
  const inside = (key: string) => (path === "" ? key : `${path}.${key}`);
  if (Array.isArray(value)) {
    const keys = value.map(keyOf);
    const matched = keys.every((key) => key !== undefined) && new Set(keys).size === keys.length && keys.length > 0;
    // A list of plain values is one setting: `columns`.
    if (!matched) return [[path, show(value)]];
    return value.flatMap((entry: unknown, i) => leaves(entry, inside(keys[i] ?? "")));
  }
  if (typeof value !== "object" || value === null) return [[path, show(value)]];
  const entries = Object.entries(value);
  return entries.length === 0 && path !== "" ? [[path, "{}"]] : entries.flatMap(([key, entry]) => leaves(entry, inside(key)));
}

function keyOf(entry: unknown): string | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  for (const key of ["id", "name", "target"]) {
    const value: unknown = Reflect.get(entry, key);
    if (typeof value === "string") return value;
  }
  return undefined;
}

/** Words without quotes, numbers and lists as JSON has them. */
function show(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((entry) => typeof entry !== "object")) return value.map(String).join(", ");
  return JSON.stringify(value);
}
