import { defineStore } from "pinia";
import { ref } from "vue";

/** A path that was dropped on the window or came from a menu or a file association: Home finds out what it is and opens it, or proposes a project of it. */
export const useOpening = defineStore("opening", () => {
  const path = ref<string>();
  return {
    path,
    open: (wanted: string) => void (path.value = wanted),
    /** Home has taken it up. */
    take(): string | undefined {
      const wanted = path.value;
      path.value = undefined;
      return wanted;
    },
  };
});
