import { defineStore } from "pinia";
import { onScopeDispose, shallowRef } from "vue";

/** Something that can be done from anywhere: in the palette, by keys, from the host's menus. */
export interface Action {
  readonly id: string;
  readonly title: string;
  /** Heading in the palette. */
  readonly group: string;
  /** `mod+k` is Ctrl+K, on a Mac ⌘K; `mod+shift+z`. */
  readonly keys?: string;
  readonly run: () => void | Promise<void>;
  /** Why it cannot be done now; undefined where it can. */
  readonly disabled?: () => string | undefined;
}

/** Every action there is right now; screens add theirs while they are shown. */
export const useActions = defineStore("actions", () => {
  const sources = shallowRef<readonly (() => readonly Action[])[]>([]);
  const paletteOpen = shallowRef(false);

  /** Adds actions until the calling scope ends. The function is asked anew each time. */
  function provide(source: () => readonly Action[]): void {
    sources.value = [...sources.value, source];
    onScopeDispose(() => (sources.value = sources.value.filter((other) => other !== source)), true);
  }

  /** A later source's action replaces an earlier one of the same id. */
  function all(): readonly Action[] {
    return [...new Map(sources.value.flatMap((source) => source()).map((action) => [action.id, action])).values()];
  }

  /** @returns whether there was such an action that could be done. */
  function run(id: string): boolean {
    const action = all().find((candidate) => candidate.id === id);
    if (!action || action.disabled?.() !== undefined) return false;
    void action.run();
    return true;
  }

  return { provide, all, run, paletteOpen };
});
