import { defineStore } from "pinia";
import { ref } from "vue";

/** A path that was dropped on the window or came from a menu or a file association: Home finds out what it is and opens it, or proposes a project of it. */
export const useOpening = defineStore("opening", () => {
  const path = ref<string>();
  const picture = ref<string>();
  const folder = ref<string>();
  return {
    path,
    open: (wanted: string) => void (path.value = wanted),
    /** Home has taken it up. */
    take(): string | undefined {
      const wanted = path.value;
      path.value = undefined;
      return wanted;
    },
    /** One that the Predict screen is to ask its model about. */
    picture,
    predict: (wanted: string) => void (picture.value = wanted),
    /** A folder of pictures that the Predict screen is to ask its model about. */
    folder,
    predictFolder: (wanted: string) => void (folder.value = wanted),
    takeFolder(): string | undefined {
      const wanted = folder.value;
      folder.value = undefined;
      return wanted;
    },
    /** Predict has taken it up. */
    takePicture(): string | undefined {
      const wanted = picture.value;
      picture.value = undefined;
      return wanted;
    },
  };
});
