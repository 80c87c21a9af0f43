import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { storageError } from "../base/storage-error.js";
import { type Settings, type SettingsChange, settingsSchema } from "../contract/settings.js";
import { writeWhole } from "./files/state-folder.js";

/** What the user prefers, in `settings.json` of the state folder. */
export interface SettingsStore {
  read(): Promise<Settings>;
  /** @throws LatheError `run.storage` */
  change(some: SettingsChange): Promise<Settings>;
}

/** @param folder as `stateFolder()` says. */
export function createSettings(folder: string): SettingsStore {
  const file = join(folder, "settings.json");
  // Changes of this process follow one another.
  let last: Promise<unknown> = Promise.resolve();

  async function read(): Promise<Settings> {
    try {
      return tolerant(JSON.parse(await readFile(file, "utf8")));
    } catch {
      // Not there, or damaged: Lathe starts all the same, as on the first day.
      return settingsSchema.parse({});
    }
  }

  return {
    read,
    change(some) {
      const turn = last.then(async () => {
        const { projectsFolder, ...rest } = some;
        const { projectsFolder: before, ...others } = await read();
        const folderNow = projectsFolder === undefined ? before : (projectsFolder ?? undefined);
        const next = settingsSchema.parse({ ...others, ...rest, ...(folderNow === undefined ? {} : { projectsFolder: folderNow }) });
        try {
          await writeWhole(file, `${JSON.stringify(next, null, 2)}\n`);
        } catch (thrown) {
          throw storageError(file, thrown, undefined, "the settings");
        }
        return next;
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** Each setting that is understood; what another version wrote, or a hand, costs only itself. */
function tolerant(value: unknown): Settings {
  const given = typeof value === "object" && value !== null ? value : {};
  const known = Object.entries(settingsSchema.shape).flatMap(([name, schema]) => {
    const parsed = schema.safeParse(Reflect.get(given, name));
    return parsed.success && parsed.data !== undefined ? [[name, parsed.data] as const] : [];
  });
  return settingsSchema.parse(Object.fromEntries(known));
}
