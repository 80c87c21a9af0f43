import type { EngineReply } from "../../contract/engine-messages.js";
import type { EngineLink } from "./engine-link.js";

/** An engine process that does one piece of work after the other. */
export interface LastingEngine {
  readonly link: EngineLink;
  /**
   * The process as it looks to one piece of work, which hears and says nothing of it any more once that has ended.
   * @param onEnd it has, well or not, and the process is good for more.
   */
  lend(onEnd: () => void): EngineLink;
}

interface Borrower {
  readonly replies: ((reply: EngineReply) => void)[];
  readonly exits: ((how: string) => void)[];
  readonly onEnd: () => void;
  /** It has called its work off, which may leave something behind. */
  controlled: boolean;
}

export function lastingEngine(link: EngineLink): LastingEngine {
  let current: Borrower | undefined;
  link.onReply((reply) => {
    const borrower = current;
    for (const hear of borrower?.replies ?? []) hear(reply);
    if (!borrower || (reply.type !== "result" && reply.type !== "error")) return;
    current = undefined;
    if (borrower.controlled || (reply.type === "error" && reply.error.code === "internal")) link.kill();
    else borrower.onEnd();
  });
  link.onExit((how) => {
    for (const hear of current?.exits ?? []) hear(how);
    current = undefined;
  });

  return {
    link,
    lend(onEnd) {
      const borrower: Borrower = { replies: [], exits: [], onEnd, controlled: false };
      current = borrower;
      return {
        pid: link.pid,
        send(command) {
          if (current !== borrower) return;
          if (command.type === "control") borrower.controlled = true;
          link.send(command.type === "work" ? { ...command, lasting: true } : command);
        },
        onReply: (listener) => void borrower.replies.push(listener),
        onExit: (listener) => void borrower.exits.push(listener),
        kill() {
          if (current === borrower) link.kill();
        },
      };
    },
  };
}
