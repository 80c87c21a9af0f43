import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { LatheError } from "../base/errors.js";

/** Milliseconds. */
const ticketLife = 60_000;
const localNames = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Decides who may speak to the server: only this machine's user, who was given the token. */
export interface Guard {
  readonly token: string;
  /** A token that is good once, within a minute. */
  ticket(): string;
  /** The folder of addresses that a browser is at once it has shown the token: `/…/`. It tells nothing to who has no cookie. */
  readonly home: string;
  /** What a browser sends back from then on, below `home`. */
  readonly cookie: string;
  /**
   * A page of another site can make a browser ask, or have its own name resolve to 127.0.0.1 (DNS rebinding): the browser then names that
   * site in Host or Origin. The port is not compared with ours, since it may be forwarded (ssh -L); that it is the page's own is.
   * @throws LatheError `rpc.refused`
   */
  checkSite(request: IncomingMessage): void;
  /** @throws LatheError `rpc.refused` where neither cookie, header nor, if allowed, the address carries what it should. */
  checkToken(request: IncomingMessage, url: URL): "address" | "cookie" | "header";
}

/** @param token 256 random bits, unless given. */
export function createGuard(token: string = randomBytes(32).toString("base64url")): Guard {
  const derive = (what: string) => createHmac("sha256", token).update(what).digest();
  // Derived, so that the cookie on disk does not give the token away.
  const session = derive("lathe session").toString("base64url");
  /*
   * A cookie is for a host, whatever the port (RFC 6265, section 8.5), and SameSite counts ports as one site: every program on 127.0.0.1 that the user looks
   * at, another user's too, would be sent this one and could use it. What a browser does keep apart is paths: it sends the cookie only to addresses below one
   * that nobody else can know. A name that nobody else can know keeps others from replacing it; the port would not do, since it may be forwarded (ssh -L), and
   * two servers then look alike. `__Host-` wants Secure, which Safari does not keep without HTTPS, and says nothing of ports either. What is left to a program
   * on another port is to fill the browser's store until it forgets: the link that lathe serve printed then opens the page again.
   */
  const home = `/${derive("home").toString("base64url").slice(0, 22)}/`;
  const name = `lathe-${derive("cookie name").toString("hex").slice(0, 12)}`;

  const tickets = new Map<string, number>();

  function redeem(shown: string): boolean {
    const good = [...tickets].find(([ticket, until]) => until > Date.now() && same(shown, ticket));
    if (good) tickets.delete(good[0]);
    return good !== undefined;
  }

  return {
    token,
    ticket() {
      const ticket = randomBytes(32).toString("base64url");
      tickets.set(ticket, Date.now() + ticketLife);
      return ticket;
    },
    home,
    cookie: `${name}=${session}; HttpOnly; SameSite=Strict; Path=${home}`,
    checkSite({ headers: { host, origin } }) {
      const hostname = host?.replace(/:\d+$/, "");
      if (host === undefined || hostname === undefined || !localNames.has(hostname)) {
        throw new LatheError("rpc.refused", `the address ${host ?? "(none)"} is not this machine's; open Lathe at http://127.0.0.1`, { host });
      }
      if (origin !== undefined && origin !== `http://${host}`) {
        throw new LatheError("rpc.refused", `a page of ${origin} may not speak to Lathe`, { origin });
      }
    },
    checkToken({ headers: { authorization, cookie, origin } }, url) {
      const shown = url.searchParams.get("token");
      if (shown !== null && url.pathname === "/") {
        if (same(shown, token) || redeem(shown)) return "address";
        throw new LatheError("rpc.refused", "the link is not, or no longer, this server's; open the one that lathe serve printed last");
      }
      if (authorization !== undefined) {
        if (same(authorization, `Bearer ${token}`)) return "header";
        throw new LatheError("rpc.refused", "the token in the Authorization header is not this server's");
      }
      const sessions = (cookie ?? "")
        .split(";")
        .map((part) => part.trim())
        .filter((part) => part.startsWith(`${name}=`));
      if (sessions.some((part) => same(part.slice(name.length + 1), session))) {
        // A browser always names the origin of a socket: without one this is no browser, and a cookie is not for it.
        if (url.pathname.endsWith("/rpc") && origin === undefined) throw new LatheError("rpc.refused", "a connection with a cookie must name its Origin");
        return "cookie";
      }
      throw new LatheError("rpc.refused", "this needs the token: open the link that lathe serve printed");
    },
  };
}

/** Compares in a time that tells nothing of where they differ. */
function same(a: string, b: string): boolean {
  const hash = (text: string) => createHmac("sha256", "compare").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
