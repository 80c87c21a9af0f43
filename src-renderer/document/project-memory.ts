/** What this window's host remembers of a project, and the project file does not say. */
export interface ProjectMemory<T> {
  readonly of: (project: string) => T | undefined;
  /** @param value undefined: forgets what was kept. */
  readonly keep: (project: string, value: T | undefined) => void;
}

/** Projects that are remembered: those that something was kept of last. */
const most = 40;

/** @param key of the storage. What stands there is trusted to be of the kind that was kept; what cannot be read is as good as nothing. */
export function createProjectMemory<T>(key: string): ProjectMemory<T> {
  function all(): readonly (readonly [string, T])[] {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
      return Array.isArray(stored) ? (stored as (readonly [string, T])[]) : [];
    } catch {
      return [];
    }
  }

  return {
    of: (project) => all().find(([name]) => name === project)?.[1],
    keep(project, value) {
      const others = all().filter(([name]) => name !== project);
      const own = value === undefined ? [] : [[project, value] as const];
      localStorage.setItem(key, JSON.stringify([...own, ...others].slice(0, most)));
    },
  };
}
