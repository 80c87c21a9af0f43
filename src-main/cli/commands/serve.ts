import type { Command } from "commander";
import { startServer } from "../../server/index.js";
import { portNumber, severalFolders } from "../arguments.js";
import { createOutput } from "../output.js";
import { openInBrowser } from "../open.js";

interface Options {
  readonly port?: number;
  readonly allow?: readonly string[];
  readonly open?: boolean;
  readonly json?: boolean;
}

/** Milliseconds. */
const LINGER = 200;

export function configureServe(command: Command): void {
  command
    .option("--port <n>", "port on 127.0.0.1 (default: a free one)", portNumber)
    .option("--allow <folder>", "a folder whose files may be used; repeat for several (default: your home folder and this one)", severalFolders)
    .option("--open", "open it in the browser")
    .action(async ({ port, allow, open = false, json = false }: Options) => {
      const output = createOutput(json);
      // Heard from the start: whoever reads the link may end it at once.
      const ended = new Promise<void>((resolve) => {
        process.once("SIGINT", resolve);
        process.once("SIGTERM", resolve);
      });
      const server = await startServer({ ...(port === undefined ? {} : { port }), ...(allow ? { allowedFolders: allow } : {}) });
      output.event({ event: "listening", url: server.url });
      // The token opens everything: it is on stdout alone, for whoever started this, and not in what a log keeps of stderr.
      output.line(json ? `Lathe is at ${new URL(server.url).origin}; the link with its token is on stdout` : `Lathe is at ${server.url}`);
      output.line("Ctrl-C ends it.");
      if (open) openInBrowser(server.openingUrl());
      await ended;
      await server.close((what) => output.line(what));
      // What a browser holds open keeps nobody waiting.
      setTimeout(() => process.exit(), LINGER).unref();
    });
}
