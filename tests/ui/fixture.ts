import { join } from "node:path";
import { expect, test as base } from "@playwright/test";
import { startServer, type RunningServer } from "../../src-main/server/index.js";
import type { Refusal } from "../../src-main/server/refusal.js";
import { type ReaderLink, launchReaderProcess } from "../../src-main/services/processes/reader.js";
import type { Reading } from "../../src-main/services/processes/reading.js";
import { createStudio } from "../../src-main/services/studio.js";
import { hearWarnings } from "../support/node-warnings.js";
import { temporaryFolder } from "../support/run-on-disk.js";
import { StudioPage } from "./studio-page.js";

export interface Workshop {
  /** Where this test's projects go; the server allows nothing else. */
  readonly folder: string;
  readonly server: RunningServer;
  readonly refusals: readonly Refusal[];
  /** Processes that the server started to read, each with what it has been asked. */
  readonly readers: readonly StartedReader[];
  /** Ends the server and starts another at the same address with the same token, as after a crash; with another token, as by a user. */
  restart(pause: () => Promise<void>, newToken?: boolean): Promise<void>;
}

export interface StartedReader {
  readonly pid: number;
  readonly asked: readonly Reading[];
}

const warnings = hearWarnings();

export const test = base.extend<{ workshop: Workshop; studio: StudioPage; quietNode: undefined }>({
  // The servers run in this process, and what they start tells its warnings here too.
  quietNode: [
    async ({}, use) => {
      await warnings.take();
      await use(undefined);
      expect(await warnings.take(), "Node warned").toEqual([]);
    },
    { auto: true },
  ],
  workshop: async ({}, use) => {
    const folder = temporaryFolder("ui");
    const refusals: Refusal[] = [];
    const readers: StartedReader[] = [];
    const launchReader = (): ReaderLink => {
      const link = launchReaderProcess([folder]);
      const asked: Reading[] = [];
      readers.push({ pid: link.pid ?? 0, asked });
      return {
        ...link,
        send(command) {
          link.send(command);
          if (command.type === "ask") asked.push(command.kind);
        },
      };
    };
    const start = (options: { port?: number; token?: string } = {}) =>
      startServer({
        ...options,
        studio: createStudio({ allowedFolders: [folder], home: join(folder, "home"), launchReader }),
        onRefusal: (refusal) => refusals.push(refusal),
      });
    let server = await start();
    await use({
      folder,
      refusals,
      readers,
      get server() {
        return server;
      },
      async restart(pause, newToken = false) {
        const { port, token } = server;
        await server.close();
        await pause();
        server = await start({ port, ...(newToken ? {} : { token }) });
      },
    });
    await server.close();
  },
  studio: async ({ page }, use) => {
    await use(new StudioPage(page));
  },
});

export { expect };
