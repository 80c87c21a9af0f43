import hljs from "highlight.js/lib/core";
import python from "highlight.js/lib/languages/python";
import { computed, ref } from "vue";
import { useNotices } from "../../stores/notices.js";
import { usePlan } from "../../stores/plan.js";
import { texts } from "../../texts/index.js";

hljs.registerLanguage("python", python);

/** The network as PyTorch source: its text, the same as coloured HTML, and the way to the clipboard. */
export function usePytorchSource() {
  const plan = usePlan();
  const notices = useNotices();
  const source = computed(() => plan.plan?.pytorch);
  const why = computed(() => plan.plan?.withoutPytorch);
  const html = computed(() => (source.value === undefined ? "" : hljs.highlight(source.value, { language: "python" }).value));
  const copied = ref<string>();

  async function copy(): Promise<void> {
    if (source.value === undefined) return;
    try {
      await navigator.clipboard.writeText(source.value);
      copied.value = source.value;
    } catch {
      notices.complain(texts.model.source.failed);
    }
  }

  return { source, why, html, copy, isCopied: computed(() => copied.value !== undefined && copied.value === source.value) };
}
