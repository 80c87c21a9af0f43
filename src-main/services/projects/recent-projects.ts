import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { storageError } from "../../base/storage-error.js";
import { writeWhole } from "../files/state-folder.js";

const fileSchema = z.object({ version: z.literal(1), projects: z.array(z.object({ path: z.string(), openedAt: z.number() })) });
export type KnownProject = z.infer<typeof fileSchema>["projects"][number];

/** More than these nobody scrolls through; the oldest drop out. */
const limit = 100;

/** The projects this user has opened, the last opened first, in `recent-projects.json` of the state folder. */
export interface RecentProjects {
  list(): Promise<readonly KnownProject[]>;
  /** Adds a project, or moves it to the front. */
  remember(path: string): Promise<KnownProject>;
  forget(path: string): Promise<void>;
}

/** @param folder as `stateFolder()` says. @param now milliseconds since 1970. */
export function createRecentProjects(folder: string, now: () => number = Date.now): RecentProjects {
  const file = join(folder, "recent-projects.json");
  // Changes of this process follow one another; between processes the last one wins, whole.
  let last: Promise<unknown> = Promise.resolve();

  async function list(): Promise<readonly KnownProject[]> {
    try {
      return fileSchema.parse(JSON.parse(await readFile(file, "utf8"))).projects;
    } catch {
      // Not there, or damaged: the list is a convenience, the projects themselves are untouched.
      return [];
    }
  }

  function change<T>(edit: (projects: readonly KnownProject[]) => readonly [readonly KnownProject[], T]): Promise<T> {
    const turn = last.then(async () => {
      const [projects, result] = edit(await list());
      try {
        await writeWhole(file, `${JSON.stringify({ version: 1, projects: projects.slice(0, limit) }, null, 2)}\n`);
      } catch (thrown) {
        throw storageError(file, thrown, undefined, "the list of projects");
      }
      return result;
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    list,
    remember: (path) =>
      change((projects) => {
        const known = { path, openedAt: now() };
        return [[known, ...projects.filter((project) => project.path !== path)], known];
      }),
    forget: (path) => change((projects) => [projects.filter((project) => project.path !== path), undefined]),
  };
}
