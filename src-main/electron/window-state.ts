import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BrowserWindow, type Rectangle, screen } from "electron";
import { z } from "zod";
import { makeFolders } from "../base/make-folders.js";
import { replaceFileSync } from "../base/replace-file.js";

const stateSchema = z.object({ x: z.int(), y: z.int(), width: z.int().min(400).max(20_000), height: z.int().min(300).max(20_000), maximized: z.boolean() });
type WindowState = z.infer<typeof stateSchema>;

/** Pixels of the title bar's length that must be on a screen for the window to be within reach. */
const reachable = 100;
const fresh = { width: 1280, height: 800 };

/**
 * Where a window was when it was last closed; the middle of the screen the first time, and where that place is on no screen any more. @param home the state
 * folder
 */
export function rememberedBounds(home: string): Partial<Rectangle> & { readonly width: number; readonly height: number; readonly maximized: boolean } {
  const state = readState(home);
  if (!state) return { ...fresh, maximized: false };
  const { maximized, ...bounds } = state;
  const { x, y, width, height } = bounds;
  const seen = screen
    .getAllDisplays()
    .some(
      ({ workArea: area }) => x + width - reachable >= area.x && x + reachable <= area.x + area.width && y >= area.y && y + reachable <= area.y + area.height,
    );
  return seen ? { ...bounds, maximized } : { width, height, maximized };
}

/** Remembers where a window is when it closes. */
export function keepBounds(window: BrowserWindow, home: string): void {
  window.on("close", () => {
    const state: WindowState = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    const file = fileIn(home);
    try {
      makeFolders(dirname(file));
      replaceFileSync(file, JSON.stringify(state));
    } catch (thrown) {
      // The window opens in the middle next time; nothing else is lost.
      console.error(`the window's place was not kept: ${String(thrown)}`);
    }
  });
}

function readState(home: string): WindowState | undefined {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(fileIn(home), "utf8")));
  } catch {
    return undefined;
  }
}

function fileIn(home: string): string {
  return join(home, "window.json");
}
