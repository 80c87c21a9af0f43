import { shallowRef, type Ref } from "vue";

export interface Position {
  readonly x: number;
  readonly y: number;
}

export type Positions = Readonly<Record<string, Position>>;

export interface NodePositions {
  readonly positions: Readonly<Ref<Positions>>;
  readonly show: (project: string | undefined) => void;
  readonly move: (moved: Positions) => void;
  readonly rename: (from: string, to: string) => void;
  readonly forget: () => void;
}

/** Projects whose places are kept. */
const most = 40;
const storageKey = "model.positions";

/** Where nodes were dragged to. The project file says what a network is, not how it is drawn: places are kept by this window's host, for each project. */
export function createNodePositions(storage: Pick<Storage, "getItem" | "setItem"> = localStorage): NodePositions {
  const positions = shallowRef<Positions>({});
  let shown: string | undefined;

  function all(): readonly (readonly [string, Positions])[] {
    try {
      const stored: unknown = JSON.parse(storage.getItem(storageKey) ?? "[]");
      return Array.isArray(stored) ? (stored as (readonly [string, Positions])[]) : [];
    } catch {
      return [];
    }
  }

  function keep(next: Positions): void {
    positions.value = next;
    if (shown === undefined) return;
    const others = all().filter(([project]) => project !== shown);
    const own = Object.keys(next).length === 0 ? [] : [[shown, next] as const];
    storage.setItem(storageKey, JSON.stringify([...own, ...others].slice(0, most)));
  }

  return {
    positions,
    show(project) {
      if (project === shown) return;
      shown = project;
      positions.value = all().find(([name]) => name === project)?.[1] ?? {};
    },
    move: (moved) => keep({ ...positions.value, ...moved }),
    rename(from, to) {
      const { [from]: place, ...rest } = positions.value;
      if (place) keep({ ...rest, [to]: place });
    },
    forget: () => keep({}),
  };
}
