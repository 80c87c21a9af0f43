import { join } from "node:path";
import { studioContract, type StudioContract } from "../../src-main/contract/procedures.js";
import { createRouter } from "../../src-main/procedures/index.js";
import { type ConnectedClient, createClient } from "../../src-main/rpc/client.js";
import { serveConnection } from "../../src-main/rpc/server.js";
import { createMemoryPair } from "../../src-main/rpc/transports/memory.js";
import { createStudio } from "../../src-main/services/studio.js";
import type { Place } from "./kind.js";

type Client = ConnectedClient<StudioContract>;

/** A studio and its client, as a page has it: what is asked and answered goes through JSON and is checked by the contract on both sides. */
export function openStudio({ root }: Place) {
  const studio = createStudio({ allowedFolders: [root], home: join(root, "state") });
  const [page, host] = createMemoryPair();
  serveConnection({ contract: studioContract, router: createRouter(studio, { host: "server" }), transport: host });
  const client = createClient(studioContract, page);
  return {
    studio,
    client,
    ask: client.procedures,
    /** Follows a stream to its end, or to its first event of that kind. @throws what it ended with */
    follow: (name: Parameters<Client["subscribe"]>[0], params: unknown, until?: string) =>
      new Promise<void>((resolve, reject) => {
        const subscription = client.subscribe(name, params as never, {
          next: (event: object) => {
            if (until === undefined || !("event" in event) || event.event !== until) return;
            subscription.dispose();
            resolve();
          },
          end: (error) => (error ? reject(error) : resolve()),
        });
      }),
    async close() {
      client.dispose();
      await studio.close(0);
    },
  };
}
