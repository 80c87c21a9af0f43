import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { packageRoot } from "../base/entries.js";
import { LatheError, toLatheError } from "../base/errors.js";
import { studioContract } from "../contract/procedures.js";
import { createRouter } from "../procedures/index.js";
import { serveConnection } from "../rpc/server.js";
import { createSocketTransport } from "../rpc/transports/web-socket.js";
import { findPageFile } from "../services/files/page-files.js";
import { within } from "../services/processes/engine-set.js";
import { createStudio, type Studio } from "../services/studio.js";
import { createGuard } from "./guard.js";
import { securityHeaders } from "./headers.js";
import { createRefusalLog, respondRefused, type LogRefusal } from "./refusal.js";
import { turnAway } from "./turn-away.js";
import { receiveUpload } from "./upload.js";
import { sendFile } from "./send-file.js";

/** Bytes of one message. What the studio sends is small; large data will have its own way. */
const maxMessage = 1 << 20;
const maxSockets = 32;
/** Connections of any kind: a browser opens six a window. */
const maxConnections = 256;
/** Those among them that have not shown yet that they are the user's: of more, the one that has been silent longest goes, so that there is room for who can. */
const maxStrangers = 128;
/** Bytes of answers that one socket may leave unread. */
const maxUnread = 32 << 20;
/** Milliseconds that a socket with unread answers may take to read them and go. */
const lastWord = 2000;
/** Milliseconds that runs may take to keep what they learnt when the server ends; what follows takes half a second at most, so that Ctrl-C takes two. */
const GRACE = 1400;
/** Milliseconds between signs of life asked of a socket; one that missed a whole turn is dropped. */
const heartbeat = 30_000;

export interface ServerOptions {
  /** 0, the default: one that is free. */
  readonly port?: number;
  /** The secret in the link; random unless given. */
  readonly token?: string;
  /** Folders whose projects may be opened; the user's home folder and the one the server was started in, unless given. */
  readonly allowedFolders?: readonly string[];
  /** The built renderer. */
  readonly renderer?: string;
  readonly studio?: Studio;
  readonly onRefusal?: LogRefusal;
  /** Milliseconds within which a connection asks for something, or is closed. */
  readonly patience?: number;
  /** Bytes of answers that one socket may leave unread. */
  readonly mostUnread?: number;
}

export interface RunningServer {
  /** What to open: it carries the token. */
  readonly url: string;
  /** The same for a program's command line, which others on this machine can see: good once, and for a minute. */
  openingUrl(): string;
  readonly port: number;
  readonly token: string;
  /**
   * Lets go of sockets and port, within two seconds whatever clients and engines do. Runs under way are stopped and keep what they learnt, as `Studio.close`.
   * @param onWaiting hears, in words, what is waited for.
   */
  close(onWaiting?: (what: string) => void): Promise<void>;
}

/**
 * The studio for a browser, on 127.0.0.1 only.
 * @throws LatheError `usage` where the port is taken or not allowed.
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const studio = options.studio ?? createStudio({ allowedFolders: options.allowedFolders ?? [homedir(), process.cwd()] });
  const renderer = options.renderer ?? join(packageRoot, "out", "renderer");
  const guard = createGuard(options.token);
  const router = createRouter(studio, { host: "server" });
  const log = options.onRefusal ?? createRefusalLog();
  const refuse = (status: number, error: LatheError, request: string) => log({ time: Date.now(), error, status, request });

  const patience = options.patience ?? 10_000;
  const http = createServer(
    { maxHeaderSize: 16 << 10, requestTimeout: 600_000, headersTimeout: patience, connectionsCheckingInterval: patience / 2, keepAliveTimeout: 5_000 },
    (request, response) => {
      for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
      void answer(request, response).catch((thrown: unknown) => {
        const { error, status } = thrown instanceof Refused ? thrown : new Refused(500, toLatheError(thrown));
        refuse(status, error, `${request.method ?? ""} ${pathOf(request)}`);
        if (!response.headersSent) respondRefused(response, status, error, request.headers.accept?.includes("text/html") ?? false);
      });
    },
  );

  http.maxConnections = maxConnections;
  /** In the order in which they came. */
  const strangers = new Set<Socket>();
  http.on("connection", (socket) => {
    strangers.add(socket);
    socket.once("close", () => strangers.delete(socket));
    const [oldest] = strangers;
    if (strangers.size > maxStrangers) oldest?.destroy();
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = admit(request);
    if (request.method === "POST" && atHome(url.pathname) === "/upload") {
      if (request.headers.origin === undefined && request.headers.authorization === undefined)
        throw new Refused(403, new LatheError("rpc.refused", "an upload with a cookie must name its Origin"));
      const path = await guarded(400, () => receiveUpload(request, url.searchParams.get("name") ?? "", studio));
      response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" }).end(JSON.stringify({ path }));
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD")
      throw new Refused(405, new LatheError("rpc.refused", `${request.method ?? "this"} is not for this server; only GET is`));
    if (url.searchParams.has("token")) {
      // On to an address without the token, so that no history and no bookmark keeps it.
      response.writeHead(303, { "Set-Cookie": guard.cookie, Location: guard.home, "Cache-Control": "no-store" }).end();
      return;
    }
    // The path as it was sent: URL would have tidied "/../" away, and with it what we want to see refused.
    const file = await guarded(403, () => findPageFile(renderer, atHome(pathOf(request))));
    if (!file) throw new Refused(404, new LatheError("rpc.invalid", "there is nothing at this address"));
    sendFile(response, file, request.method === "HEAD");
  }

  /** An address as programs use it, which show the token: a browser's have the cookie's path in front. */
  function atHome(path: string): string {
    return path.startsWith(guard.home) ? path.slice(guard.home.length - 1) : path;
  }

  /** @throws Refused where the request is not the user's. */
  function admit(request: IncomingMessage): URL {
    let url: URL;
    try {
      url = new URL(request.url ?? "/", "http://127.0.0.1");
    } catch {
      throw new Refused(400, new LatheError("rpc.invalid", "the address is malformed"));
    }
    guardedNow(403, () => guard.checkSite(request));
    guardedNow(401, () => guard.checkToken(request, url));
    strangers.delete(request.socket);
    return url;
  }

  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessage, perMessageDeflate: false });
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    try {
      const url = admit(request);
      if (atHome(url.pathname) !== "/rpc") throw new Refused(404, new LatheError("rpc.invalid", "there is no socket at this address"));
      if (sockets.clients.size >= maxSockets) throw new Refused(503, new LatheError("rpc.refused", `${maxSockets} windows are open already; close some`));
      socket.on("error", () => socket.destroy());
      sockets.handleUpgrade(request, socket, head, (client) => converse(client));
    } catch (thrown) {
      const { error, status } = thrown instanceof Refused ? thrown : new Refused(500, toLatheError(thrown));
      refuse(status, error, `UPGRADE ${pathOf(request)}`);
      turnAway(socket, status, JSON.stringify({ error: error.toRecord() }));
    }
  });
  http.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    // A browser opens connections ahead of need; that nothing was asked is no offence.
    if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") return turnAway(socket, 408);
    const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : 400;
    refuse(status, new LatheError("rpc.invalid", `a request is malformed: ${error.message}`), "(unreadable)");
    turnAway(socket, status);
  });

  const alive = new WeakSet<WebSocket>();
  function converse(client: WebSocket): void {
    const refuseRpc = (error: LatheError, path: string) => refuse(0, error, path || "(message)");
    client.on("error", (error) => refuseRpc(new LatheError("rpc.invalid", `a message breaks the protocol: ${error.message}`), ""));
    alive.add(client);
    client.on("pong", () => alive.add(client));
    const transport = createSocketTransport(client, {
      onMalformed: (reason) => refuseRpc(new LatheError("rpc.invalid", `a message is malformed: ${reason}`), ""),
      mostUnread: options.mostUnread ?? maxUnread,
      onUnread(bytes) {
        refuseRpc(
          new LatheError("rpc.closed", `a window does not read its answers: ${Math.round(bytes / 2 ** 20)} MB wait for it; its connection is closed`),
          "",
        );
        setTimeout(() => client.terminate(), lastWord).unref();
      },
    });
    serveConnection({ contract: studioContract, router, transport, onRefusal: refuseRpc });
  }
  const pulse = setInterval(() => {
    for (const client of sockets.clients) {
      if (!alive.delete(client)) client.terminate();
      else client.ping();
    }
  }, heartbeat);
  pulse.unref();

  const port = await new Promise<number>((resolve, reject) => {
    http.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "is taken by another program" : `cannot be used (${error.message})`;
      reject(new LatheError("usage", `port ${options.port ?? 0} ${why}; choose another, or omit --port for a free one`));
    });
    http.listen(options.port ?? 0, "127.0.0.1", () => resolve((http.address() as AddressInfo).port));
  });

  return {
    url: `http://127.0.0.1:${port}/?token=${guard.token}`,
    openingUrl: () => `http://127.0.0.1:${port}/?token=${guard.ticket()}`,
    port,
    token: guard.token,
    async close(onWaiting) {
      clearInterval(pulse);
      for (const client of sockets.clients) client.close(1001, "the server closes");
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
        // A browser opens connections ahead of need; one that has asked nothing yet counts as busy for a minute.
        http.closeAllConnections();
      }, 500).unref();
      await studio.close(GRACE, onWaiting);
      for (const client of sockets.clients) client.terminate();
      http.closeAllConnections();
      await within(100, closed);
    },
  };
}

/** A request turned down with an HTTP status. */
class Refused extends Error {
  constructor(
    readonly status: number,
    readonly error: LatheError,
  ) {
    super(error.message);
  }
}

function guardedNow(status: number, check: () => unknown): void {
  try {
    check();
  } catch (thrown) {
    throw new Refused(status, toLatheError(thrown));
  }
}

async function guarded<T>(status: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = toLatheError(thrown);
    throw new Refused(error.code === "internal" ? 500 : status, error);
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").replace(/[?#].*$/s, "");
}
