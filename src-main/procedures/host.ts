import type { Disposable } from "../base/disposable.js";
import type { PickRequest } from "../contract/files.js";
import type { HostCommand } from "../contract/host-commands.js";

/** What differs between hosts: dialogs, and menus that ask the studio to do something. A browser's host has neither. */
export interface HostAbilities {
  readonly host: "electron" | "server";
  readonly dialogs?: {
    /** The system's dialog; undefined where it was called off. */
    pick(request: PickRequest): Promise<string | undefined>;
    /** Shows a file in the system's file manager. */
    reveal(path: string): void;
  };
  /** Hears what the menus, file associations and things dropped on the window ask for. */
  onCommand?(listener: (command: HostCommand) => void): Disposable;
}
