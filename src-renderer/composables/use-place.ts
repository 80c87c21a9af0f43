import { onScopeDispose, ref, watch, type Ref } from "vue";

export interface Place {
  readonly project: string | undefined;
  readonly run: string | undefined;
}

/** What is looked at, kept in the address: reloading, the history and a bookmark bring it back. */
export function usePlace(): Ref<Place> {
  const place = ref(read());
  const onChange = () => (place.value = read());
  addEventListener("hashchange", onChange);
  onScopeDispose(() => removeEventListener("hashchange", onChange));
  watch(place, ({ project, run }) => {
    const hash = new URLSearchParams({ ...(project !== undefined && { project }), ...(run !== undefined && { run }) }).toString();
    if (hash !== location.hash.slice(1)) history.pushState(null, "", hash === "" ? location.pathname : `#${hash}`);
  });
  return place;
}

function read(): Place {
  const values = new URLSearchParams(location.hash.slice(1));
  return { project: values.get("project") ?? undefined, run: values.get("run") ?? undefined };
}
