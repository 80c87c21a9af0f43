import { onScopeDispose } from "vue";

/**
 * Gathers what comes in a burst and hands it over once a frame, so that what is drawn is computed once. A hidden page has no
 * frames; a timer stands in for them.
 */
export function useFrames<T>(handle: (items: readonly T[]) => void): (item: T) => void {
  let waiting: T[] = [];
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function flush(): void {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = undefined;
    const items = waiting;
    waiting = [];
    handle(items);
  }
  onScopeDispose(() => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    waiting = [];
  });
  return (item) => {
    waiting.push(item);
    if (timer !== undefined) return;
    frame = requestAnimationFrame(flush);
    timer = setTimeout(flush, 500);
  };
}
