import { defineStore } from "pinia";
import { shallowRef } from "vue";

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly kind: "info" | "error";
  /** A button, such as Undo. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Milliseconds that a notice stays; one with an error stays until it is put away. */
const stay = 8000;

/** Short words on what was just done, at the window's edge, with a way to take it back. */
export const useNotices = defineStore("notices", () => {
  const list = shallowRef<readonly Notice[]>([]);
  let next = 1;

  function show(notice: Omit<Notice, "id">): void {
    const id = next++;
    list.value = [...list.value.slice(-3), { ...notice, id }];
    if (notice.kind === "info") setTimeout(() => dismiss(id), stay);
  }

  function dismiss(id: number): void {
    list.value = list.value.filter((notice) => notice.id !== id);
  }

  return {
    list,
    dismiss,
    say: (text: string, action?: Notice["action"]) => show({ text, kind: "info", ...(action && { action }) }),
    complain: (text: string) => show({ text, kind: "error" }),
  };
});
