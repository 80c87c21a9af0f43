import { shallowRef, type Ref } from "vue";
import { createProjectMemory } from "./project-memory.js";

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

/** Where nodes were dragged to. The project file says what a network is, not how it is drawn: places are kept by this window's host, for each project. */
export function createNodePositions(): NodePositions {
  const memory = createProjectMemory<Positions>("model.positions");
  const positions = shallowRef<Positions>({});
  let shown: string | undefined;

  function keep(next: Positions): void {
    positions.value = next;
    if (shown !== undefined) memory.keep(shown, Object.keys(next).length === 0 ? undefined : next);
  }

  return {
    positions,
    show(project) {
      if (project === shown) return;
      shown = project;
      positions.value = (project === undefined ? undefined : memory.of(project)) ?? {};
    },
    move: (moved) => keep({ ...positions.value, ...moved }),
    rename(from, to) {
      const { [from]: place, ...rest } = positions.value;
      if (place) keep({ ...rest, [to]: place });
    },
    forget: () => keep({}),
  };
}
