import { defineStore } from "pinia";
import { ref } from "vue";

/** A format that the host's menu asked for: the Export screen takes it up and begins. */
export const useExporting = defineStore("exporting", () => {
  const format = ref<string>();
  return {
    format,
    ask: (wanted: string) => void (format.value = wanted),
    /** Export has taken it up. */
    take(): string | undefined {
      const wanted = format.value;
      format.value = undefined;
      return wanted;
    },
  };
});
