import { Listeners, type Disposable } from "../base/disposable.js";
import type { HostCommand } from "../contract/host-commands.js";

/** From menus, file associations and drops to the page. What comes before the page listens waits for it. */
export interface Commands {
  send(command: HostCommand): void;
  onCommand(listener: (command: HostCommand) => void): Disposable;
}

export function createCommands(): Commands {
  const listeners = new Listeners<HostCommand>();
  const waiting: HostCommand[] = [];
  return {
    send(command) {
      if (listeners.size > 0) listeners.fire(command);
      else waiting.push(command);
    },
    onCommand(listener) {
      const subscription = listeners.on(listener);
      for (const command of waiting.splice(0)) listener(command);
      return subscription;
    },
  };
}
