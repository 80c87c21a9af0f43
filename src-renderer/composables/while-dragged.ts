/** Calls `move` for each move of the pointer that pressed on the event's element, wherever it goes, until it lets go. */
export function whileDragged(event: PointerEvent, move: (moved: PointerEvent) => void): void {
  const handle = event.currentTarget as HTMLElement;
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener("pointermove", move);
  handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", move), { once: true });
}
