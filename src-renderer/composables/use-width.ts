import { onScopeDispose, ref, watch, type Ref } from "vue";

/** How wide an element is, in pixels, as it changes. */
export function useWidth(element: Readonly<Ref<HTMLElement | null>>): Readonly<Ref<number>> {
  const width = ref(0);
  const observer = new ResizeObserver(([entry]) => {
    if (entry) width.value = entry.contentRect.width;
  });
  watch(
    element,
    (next, _before, onCleanup) => {
      if (!next) return;
      width.value = next.clientWidth;
      observer.observe(next);
      onCleanup(() => observer.unobserve(next));
    },
    { immediate: true },
  );
  onScopeDispose(() => observer.disconnect());
  return width;
}
