import { onScopeDispose, ref, type Ref } from "vue";

/** Whether the system is set to a dark theme, as it changes. */
export function useDark(): Readonly<Ref<boolean>> {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const dark = ref(query.matches);
  const update = () => (dark.value = query.matches);
  query.addEventListener("change", update);
  onScopeDispose(() => query.removeEventListener("change", update));
  return dark;
}
