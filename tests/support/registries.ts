import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A port that was free a moment ago: whoever asks there is refused at once. */
export async function closedPort(): Promise<string> {
  const server = createServer();
  const address = await listen(server);
  await new Promise((done) => server.close(done));
  return address;
}

/** A registry that takes requests and never answers. */
export interface SilentRegistry {
  readonly address: string;
  /** Resolves with the first request. */
  readonly asked: Promise<void>;
  /** Ends the requests that wait, and itself. */
  close(): void;
}

export async function silentRegistry(): Promise<SilentRegistry> {
  let heard: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => (heard = resolve));
  const server = createServer(() => heard());
  const address = await listen(server);
  return {
    address,
    asked,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The surroundings in which TensorFlow is set up below `home` from that registry, with nothing kept from before. */
export function setupEnvironment(home: string, registry: string): Readonly<Record<string, string>> {
  return { LATHE_TENSORFLOW: `${home}/tensorflow`, npm_config_registry: registry, npm_config_cache: `${home}/npm`, npm_config_fetch_retries: "0" };
}
