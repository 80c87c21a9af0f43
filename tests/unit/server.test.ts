import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { workName } from "../../src-main/base/work-folder.js";
import { studioContract } from "../../src-main/contract/procedures.js";
import { createClient } from "../../src-main/rpc/client.js";
import { createSocketTransport } from "../../src-main/rpc/transports/web-socket.js";
import type { Refusal } from "../../src-main/server/refusal.js";
import { networkExtensions, pictureExtensions, tableExtensions } from "../../src-main/contract/extensions.js";
import { startServer, type RunningServer } from "../../src-main/server/index.js";
import { createStudio } from "../../src-main/services/studio.js";
import { plausibleEpochs, temporaryFolder, writeRun, writeTestProject } from "../support/run-on-disk.js";

const folder = temporaryFolder("server");
const allowed = join(folder, "allowed");
const forbidden = join(folder, "forbidden");
const renderer = join(folder, "renderer");
const refusals: Refusal[] = [];
let server: RunningServer;

beforeAll(async () => {
  mkdirSync(join(renderer, "assets"), { recursive: true });
  writeFileSync(join(renderer, "index.html"), "<!doctype html><title>Lathe</title>");
  writeFileSync(join(renderer, "assets", "index-1a2b.js"), "export {};");
  writeFileSync(join(folder, "secret.json"), "{}");
  symlinkSync(join(folder, "secret.json"), join(renderer, "leak.json"));
  writeTestProject(join(allowed, "credit"), "credit");
  writeRun(join(allowed, "credit"), "0001", { epochs: plausibleEpochs(3), report: { ended: "completed", test: { metrics: { loss: 0.5 } } } });
  writeTestProject(forbidden, "forbidden");
  symlinkSync(forbidden, join(allowed, "way-out"));
  server = await startServer({
    renderer,
    studio: createStudio({ allowedFolders: [allowed], home: join(folder, "home") }),
    onRefusal: (refusal) => refusals.push(refusal),
  });
});
afterAll(() => server.close());
beforeEach(() => void refusals.splice(0));

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port: server.port, path, method, headers, agent: false }, (response) => {
      let body = "";
      response
        .setEncoding("utf8")
        .on("data", (chunk: string) => (body += chunk))
        .on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    outgoing.on("error", reject).end();
  });
}

function bearer() {
  return { authorization: `Bearer ${server.token}` };
}

function origin() {
  return `http://127.0.0.1:${server.port}`;
}

async function session(): Promise<string> {
  const { headers } = await get(`/?token=${server.token}`);
  return headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
}

/** The status a socket was refused with, or "open". */
async function tryKnock(path: string, headers: Record<string, string>): Promise<number | "open"> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
  return new Promise((resolve, reject) => {
    socket.on("open", () => (socket.close(), resolve("open")));
    socket.on("unexpected-response", (_request, response) => (response.resume(), resolve(response.statusCode ?? 0)));
    socket.on("error", reject);
  });
}

async function openSocket(): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers: bearer() });
  await once(socket, "open");
  return socket;
}

function expectRefused(pattern: RegExp, code = "rpc.refused") {
  expect(refusals).toHaveLength(1);
  expect(refusals[0]?.error.code).toBe(code);
  expect(refusals[0]?.error.message).toMatch(pattern);
}

describe("the way in", () => {
  it("is the link: it sets a cookie and leads to an address without the token", async () => {
    const link = await get(`/?token=${server.token}`);
    expect(link.status).toBe(303);
    const home = link.headers.location ?? "";
    expect(home).toMatch(/^\/[\w-]{22}\/$/);
    const cookie = link.headers["set-cookie"]?.[0] ?? "";
    expect(cookie).toMatch(/^lathe-[0-9a-f]{12}=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/[\w-]{22}\/$/);
    expect(cookie.endsWith(`; Path=${home}`)).toBe(true);
    expect(cookie + home).not.toContain(server.token);
    const page = await get(home, { cookie: await session() });
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining("<title>Lathe") });
    expect((await get(`${home}assets/index-1a2b.js`, { cookie: await session() })).status).toBe(200);
    expect(await tryKnock(`${home}rpc`, { cookie: await session(), origin: origin() })).toBe("open");
    expect(refusals).toEqual([]);
  });

  it("needs the cookie: the address alone tells nothing, and leads out of nothing", async () => {
    const { location: home = "" } = (await get(`/?token=${server.token}`)).headers;
    expect((await get(home)).status).toBe(401);
    expect(await tryKnock(`${home}rpc`, { origin: origin() })).toBe(401);
    expect((await get(`${home}../secret.json`, bearer())).status).toBe(403);
    expect(refusals.splice(0)).toHaveLength(3);
  });

  it("is this server's alone: what another one gave a browser opens nothing here", async () => {
    const other = await startServer({
      renderer,
      studio: createStudio({ allowedFolders: [allowed], home: join(folder, "other-home") }),
      onRefusal: () => undefined,
    });
    try {
      const { headers } = await fetch(other.url, { redirect: "manual" });
      const theirs = headers.get("set-cookie")?.split(";")[0] ?? "";
      const theirHome = headers.get("location") ?? "/";
      const ours = await session();
      expect(theirs.split("=")[0]).not.toBe(ours.split("=")[0]);
      expect((await get("/", { cookie: theirs })).status).toBe(401);
      expect((await get(theirHome, { cookie: theirs })).status).toBe(401);
      // Under our name it is a wrong value, and ours beside it still holds.
      expect((await get("/", { cookie: `${ours.split("=")[0]}=${theirs.split("=")[1]}` })).status).toBe(401);
      expect((await get("/", { cookie: `${theirs}; ${ours}` })).status).toBe(200);
      expect(refusals.splice(0)).toHaveLength(3);
    } finally {
      await other.close();
    }
  });

  it("is on 127.0.0.1 only", () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
  });

  it("says what a page may do", async () => {
    const { headers } = await get("/", bearer());
    const policy = headers["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer" });
  });

  it("has no token in what is logged", async () => {
    await get(`/?token=${server.token}`, { host: "evil.example" });
    expect(JSON.stringify(refusals)).not.toContain(server.token);
  });
});

describe("a wrong token", () => {
  it.each([
    ["none at all", "/", {}],
    ["another one in the link", "/?token=AAAA", {}],
    ["another one in the header", "/", { authorization: "Bearer AAAA" }],
    ["a cookie that was made up", "/", { cookie: "lathe-session=AAAA" }],
    ["none, for an asset", "/assets/index-1a2b.js", {}],
  ] as [string, string, Record<string, string>][])("%s is refused and logged", async (_name, path, headers) => {
    const answer = await get(path, headers);
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: "rpc.refused" } });
    expectRefused(/token|link/);
  });

  it("opens no socket either, not even in the address", async () => {
    expect(await tryKnock("/rpc", { origin: origin() })).toBe(401);
    expect(await tryKnock(`/rpc?token=${server.token}`, { origin: origin() })).toBe(401);
    expect(refusals.map(({ status }) => status)).toEqual([401, 401]);
  });

  it("is told to a person in a sentence", async () => {
    const { headers, body } = await get("/", { accept: "text/html,*/*" });
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(body).toContain("<p>this needs the token: open the link that lathe serve printed</p>");
    // What a stranger sent is shown, and no part of the page.
    expect((await get("/", { accept: "text/html", host: "<script>1</script>&" })).body).toContain(
      "<p>the address &#60;script&#62;1&#60;/script&#62;&#38; is not this machine's;",
    );
  });
});

describe("the link for a program's command line", () => {
  it("lets in once", async () => {
    const { pathname, search } = new URL(server.openingUrl());
    expect(search).not.toContain(server.token);
    expect((await get(pathname + search)).status).toBe(303);
    expect((await get(pathname + search)).status).toBe(401);
    expectRefused(/no longer/);
  });
});

describe("an upload", () => {
  function upload(name: string, body: string | Buffer, headers: Record<string, string> = bearer(), length?: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: "127.0.0.1",
          port: server.port,
          path: `/upload?name=${encodeURIComponent(name)}`,
          method: "POST",
          agent: false,
          headers: { ...headers, "content-length": String(length ?? Buffer.byteLength(body)) },
        },
        (response) => {
          let text = "";
          response
            .setEncoding("utf8")
            .on("data", (chunk: string) => (text += chunk))
            .on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }
  const pathIn = ({ body }: Answer) => (JSON.parse(body) as { path: string }).path;

  it("is kept where new projects are made, never over another", async () => {
    const first = pathIn(await upload("müll & more.csv", "a,b\n1,2\n"));
    expect(first).toBe(join(allowed, "Lathe", "Uploads", "müll & more.csv"));
    const second = pathIn(await upload("müll & more.csv", "a,b\n3,4\n", { cookie: await session(), origin: origin() }));
    expect(second).toBe(join(allowed, "Lathe", "Uploads", "müll & more 2.csv"));
    expect([first, second].map((path) => readFileSync(path, "utf8"))).toEqual(["a,b\n1,2\n", "a,b\n3,4\n"]);
    expect(refusals).toEqual([]);
  });

  it.each([
    ["", 400],
    [".csv", 400],
    ["..", 400],
    ["a\0.csv", 400],
    [`${"x".repeat(300)}.csv`, 400],
    ["run.sh", 400],
    ["a.lathe", 400],
  ])("may not be called %j", async (name, status) => {
    expect((await upload(name, "x")).status).toBe(status);
    expect(refusals).toHaveLength(1);
  });

  it.each([...tableExtensions, ...networkExtensions, ...pictureExtensions])("may be any table, network or picture that is read: .%s", async (extension) => {
    expect(pathIn(await upload(`Any.${extension.toUpperCase()}`, "x"))).toBe(join(allowed, "Lathe", "Uploads", `Any.${extension.toUpperCase()}`));
  });

  it("lies in the folder for uploads, whatever way out its name shows", async () => {
    expect(dirname(pathIn(await upload("../../../etc/way-out.csv", "x")))).toBe(join(allowed, "Lathe", "Uploads"));
    expect(dirname(pathIn(await upload("..\\..\\way-out.csv", "x")))).toBe(join(allowed, "Lathe", "Uploads"));
  });

  it("of twenty under one name at once is kept whole, each under a name of its own", async () => {
    const contents = Array.from({ length: 20 }, (_, i) => `a,b\n${i},${"x".repeat(i * 1000)}\n`);
    const paths = await Promise.all(contents.map(async (content) => pathIn(await upload("same.csv", content))));
    expect(new Set(paths).size).toBe(20);
    expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(contents);
    expect(readdirSync(join(allowed, "Lathe", "Uploads")).filter((name) => name.startsWith("upload.part"))).toEqual([]);
  });

  it("needs the token, and our page", async () => {
    expect((await upload("a.csv", "x", {})).status).toBe(401);
    expect((await upload("a.csv", "x", { cookie: await session() })).status).toBe(403);
    expect((await upload("a.csv", "x", { cookie: await session(), origin: "http://evil.example" })).status).toBe(403);
    expect(refusals.map(({ error }) => error.code)).toEqual(["rpc.refused", "rpc.refused", "rpc.refused"]);
  });

  it("that is too large is refused before it is sent; one that breaks off leaves nothing", async () => {
    await expect(upload("large.csv", "x", bearer(), 5 * 2 ** 30).then(({ status }) => status)).resolves.toBe(400);
    const outgoing = request({
      host: "127.0.0.1",
      port: server.port,
      path: "/upload?name=cut.csv",
      method: "POST",
      agent: false,
      headers: { ...bearer(), "content-length": "100" },
    });
    outgoing.on("error", () => undefined);
    outgoing.write("only this");
    const folder = join(allowed, "Lathe", "Uploads");
    await expect.poll(() => readdirSync(folder).filter((name) => name.startsWith("upload.part"))).toHaveLength(1);
    outgoing.destroy();
    await expect.poll(() => readdirSync(folder).filter((name) => /^cut|^upload\.part/.test(name))).toEqual([]);
  });

  it.skipIf(process.platform === "win32")(
    "that a killed server left half is taken away by the next, under whatever name; one that is still arriving stays",
    async () => {
      const folder = join(allowed, "Lathe", "Uploads");
      mkdirSync(folder, { recursive: true });
      const [dead, arriving] = [workName("upload.part").replace(/-\d+-\d+-/, `-${spawnSync(process.execPath, ["-e", ""]).pid}-1-`), workName("upload.part")];
      for (const name of [dead, arriving]) writeFileSync(join(folder, name), "half");
      expect((await upload("next.csv", "a,b\n")).status).toBe(200);
      expect(readdirSync(folder).filter((name) => name.startsWith("upload.part"))).toEqual([arriving]);
      rmSync(join(folder, arriving));
    },
  );
});

describe("another site", () => {
  it.each(["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"])("from %s gets no socket, even with the cookie", async (site) => {
    expect(await tryKnock("/rpc", { cookie: await session(), origin: site })).toBe(403);
    expectRefused(/may not speak to Lathe/);
  });

  it("gets no page", async () => {
    expect((await get("/", { ...bearer(), origin: "http://evil.example" })).status).toBe(403);
    expectRefused(/http:\/\/evil\.example/);
  });

  it("a cookie without an Origin opens no socket", async () => {
    expect(await tryKnock("/rpc", { cookie: await session() })).toBe(401);
    expectRefused(/must name its Origin/);
  });

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "169.254.169.254"])(
    "that rebinds %s to this machine is refused",
    async (host) => {
      expect((await get("/", { ...bearer(), host })).status).toBe(403);
      expect(await tryKnock("/rpc", { ...bearer(), host, origin: `http://${host}` })).toBe(403);
      expect(refusals).toHaveLength(2);
      expect(refusals.every(({ error }) => error.message.includes("not this machine's"))).toBe(true);
    },
  );

  it("a forwarded port is this machine still", async () => {
    expect((await get("/", { ...bearer(), host: "localhost:9000" })).status).toBe(200);
    expect(await tryKnock("/rpc", { cookie: await session(), host: "localhost:9000", origin: "http://localhost:9000" })).toBe("open");
  });
});

describe("files", () => {
  it("are those of the renderer, hashed ones for ever", async () => {
    const asset = await get("/assets/index-1a2b.js", bearer());
    expect(asset).toMatchObject({ status: 200, body: "export {};" });
    expect(asset.headers["cache-control"]).toContain("immutable");
    expect((await get("/", bearer(), "HEAD")).body).toBe("");
  });

  it.each([
    "/../secret.json",
    "/assets/../../secret.json",
    "/%2e%2e/secret.json",
    "/..%2fsecret.json",
    "/assets/%2e%2e%2f%2e%2e%2fsecret.json",
    "/..\\secret.json",
    "/%00index.html",
    "/C:/windows/win.ini",
    "/leak.json",
  ])("none lead out of its folder: %s", async (path) => {
    const answer = await get(path, bearer());
    expect(answer.status).toBe(403);
    expectRefused(/leads out of/);
  });

  it("that are not there are 404, bad encodings 403, other methods 405; all logged", async () => {
    expect((await get("/nowhere.js", bearer())).status).toBe(404);
    expect((await get("/%zz", bearer())).status).toBe(403);
    expect((await get("/", bearer(), "POST")).status).toBe(405);
    expect((await get("/assets", bearer())).status).toBe(404);
    expect(refusals.map(({ status }) => status)).toEqual([404, 403, 405, 404]);
  });
});

describe("too much, or nonsense", () => {
  it("an oversized message closes its socket", async () => {
    const socket = await openSocket();
    socket.send(JSON.stringify({ t: "q", i: "1", m: "call", a: [{ id: "1", path: "app.info", input: "x".repeat(2 << 20) }] }));
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1009);
    expectRefused(/breaks the protocol/, "rpc.invalid");
  });

  it.each([
    ["{", 1007],
    ["[]", 1007],
    ['{"t":"q","m":"eval","a":[]}', 1007],
    [Buffer.from([1, 2, 3]), 1007],
  ] as const)("the malformed message %j closes its socket", async (message, expected) => {
    const socket = await openSocket();
    socket.send(message);
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(expected);
    expectRefused(/./, "rpc.invalid");
  });

  it("a request that is no HTTP is refused", async () => {
    const socket = connectTcp(server.port, "127.0.0.1");
    socket.write("GET / HTTP/9.9\r\nbroken\r\n\r\n");
    const [data] = (await once(socket, "data")) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400/);
    expectRefused(/malformed/, "rpc.invalid");
  });

  it("huge headers are refused", async () => {
    expect((await get("/", { ...bearer(), "x-long": "y".repeat(20_000) })).status).toBe(431);
    expectRefused(/malformed/, "rpc.invalid");
  });

  it("a socket at another address is refused", async () => {
    expect(await tryKnock("/other", bearer())).toBe(404);
    expectRefused(/no socket/, "rpc.invalid");
  });
});

describe("whoever is turned away", () => {
  /** Connects without ever closing its half, sends, and reads to the end. */
  async function turnedAway(text: string, to = server): Promise<string> {
    const socket = connectTcp({ port: to.port, host: "127.0.0.1", allowHalfOpen: true });
    let said = "";
    socket
      .setEncoding("utf8")
      .on("data", (data: string) => (said += data))
      .on("error", () => undefined);
    await once(socket, "connect");
    socket.write(text);
    await once(socket, "end");
    // Our side has ended; that the server lets go of the whole shows in that it takes no more: the system then answers with a reset.
    await new Promise<void>((resolve) => {
      const knock = setInterval(() => socket.write("x"), 50);
      socket.on("close", () => (clearInterval(knock), resolve()));
    });
    return said;
  }
  const upgrade = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: ` +
    `13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

  it("is told why and loses the socket, be it half open: an upgrade without a token, at another address, what is no HTTP, a page without a token", async () => {
    const texts = [upgrade("/rpc"), upgrade("/other"), "GET / HTTP/9.9\r\nbroken\r\n\r\n", `GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`];
    const said = await Promise.all(texts.map((text) => turnedAway(text)));
    expect(said.map((text) => text.slice(9, 12))).toEqual(["401", "401", "400", "401"]);
    expect(said[0]).toContain('"code":"rpc.refused"');
  });

  it("leaves room for others: 400 that keep their half open are gone", async () => {
    const said = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const some: string[] = [];
        for (let i = 0; i < 40; i++)
          some.push(
            await new Promise<string>((resolve) => {
              const socket = connectTcp({ port: server.port, host: "127.0.0.1", allowHalfOpen: true }, () => socket.write(upgrade("/rpc")));
              socket
                .setEncoding("utf8")
                .once("data", (data: string) => resolve(data.slice(9, 12)))
                .on("error", () => undefined)
                .on("close", () => resolve("closed"));
            }),
          );
        return some;
      }),
    );
    // Where they come faster than they are let go of, the server takes no more of them for a moment.
    expect(said.flat().filter((answer) => answer !== "401" && answer !== "closed")).toEqual([]);
    await expect
      .poll(() =>
        get("/", bearer()).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
  });

  it("400 that ask nothing leave room for who has the token, and for a window that is open", async () => {
    const window = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers: { authorization: `Bearer ${server.token}` } });
    await once(window, "open");
    const silent: Socket[] = [];
    for (let i = 0; i < 400; i++) {
      const socket = connectTcp(server.port, "127.0.0.1").on("error", () => undefined);
      silent.push(socket);
      await once(socket, "connect");
    }
    try {
      expect(
        await get("/", bearer()).then(
          ({ status }) => status,
          (error: unknown) => String(error),
        ),
      ).toBe(200);
      // The oldest were let go of, not the newest.
      if (!silent[0]!.closed) await once(silent[0]!.resume(), "close");
      expect([silent.at(-1)!.closed, window.readyState]).toEqual([false, WebSocket.OPEN]);
    } finally {
      for (const socket of silent) socket.destroy();
      window.terminate();
    }
  });

  it("who asks nothing is let go of", async () => {
    const other = await startServer({
      renderer,
      patience: 200,
      studio: createStudio({ allowedFolders: [], home: temporaryFolder("patience") }),
      onRefusal: (refusal) => refusals.push(refusal),
    });
    const said = await Promise.all([turnedAway("", other), turnedAway("GET / HTTP/1.1\r\nHost: 127", other)]);
    expect(said.map((text) => text.slice(9, 12))).toEqual(["408", "408"]);
    expect(refusals).toEqual([]);
    await other.close();
  });
});

it("a window that never reads its answers is closed before they fill the memory", async () => {
  const heard: Refusal[] = [];
  const small = await startServer({
    renderer,
    mostUnread: 2 << 20,
    studio: createStudio({ allowedFolders: [allowed], home: temporaryFolder("unread") }),
    onRefusal: (refusal) => heard.push(refusal),
  });
  const socket = new WebSocket(`ws://127.0.0.1:${small.port}/rpc`, { headers: { authorization: `Bearer ${small.token}` } });
  await once(socket, "open");
  const raw = (socket as unknown as { readonly _socket: Socket })._socket;
  raw.pause();
  const closed = new Promise((resolve) => raw.once("close", resolve));
  // A list of a megabyte.
  const many = join(allowed, "many");
  mkdirSync(many);
  for (let i = 0; i < 2000; i++) writeFileSync(join(many, `${"n".repeat(200)}${i}`), "");
  // What the system itself holds for a reader comes on top: some megabytes on one machine.
  for (let id = 0; id < 40; id++)
    socket.send(JSON.stringify({ t: "q", i: String(id), m: "call", a: [{ id: String(id), path: "files.list", input: { folder: many } }] }));
  await expect
    .poll(() => heard.map(({ error }) => error.message))
    .toEqual([expect.stringMatching(/^a window does not read its answers: [2-4] MB wait for it/)]);
  raw.resume();
  await closed;
  await small.close();
});

describe("a client that was let in", () => {
  async function connectClient() {
    return createClient(studioContract, createSocketTransport(await openSocket()));
  }

  it("opens what it may and sees its runs", async () => {
    const client = await connectClient();
    expect(await client.procedures.app.info({})).toMatchObject({ name: "Lathe", host: "server", allowedFolders: [allowed] });
    const project = join(allowed, "credit");
    expect(await client.procedures.projects.open({ project })).toMatchObject({ path: project, name: "credit", targets: ["Good"], epochs: 30, runs: 1 });
    expect(await client.procedures.projects.list({})).toMatchObject([{ name: "credit" }]);
    const [run] = await client.procedures.runs.list({ project });
    expect(run).toMatchObject({ run: "0001", status: "completed", epoch: 3, epochs: 30, engine: "onnxruntime", device: "cpu", test: { loss: 0.5 } });
    expect((await client.procedures.runs.metrics({ project, run: "0001" })).epochs).toHaveLength(3);
    expect(refusals).toEqual([]);
    client.dispose();
  });

  it.each([
    ["a folder elsewhere", () => forbidden],
    ["a way up", () => join(allowed, "..", "forbidden")],
    ["a way up, spelt out", () => `${allowed}/../forbidden`],
    ["a link that leads out", () => join(allowed, "way-out")],
    ["what is not even there", () => "/nowhere/at/all"],
    ["a relative path", () => "credit"],
    ["a NUL", () => `${allowed}/credit\0`],
  ])("may not open %s", async (_name, path) => {
    const client = await connectClient();
    const calls = [
      client.procedures.projects.open({ project: path() }),
      client.procedures.runs.list({ project: path() }),
      client.procedures.runs.metrics({ project: path(), run: "0001" }),
      client.procedures.training.start({ project: path() }),
      client.procedures.training.stop({ project: path(), run: "0001" }),
    ];
    for (const call of await Promise.allSettled(calls)) expect(call).toMatchObject({ status: "rejected", reason: { code: "rpc.refused" } });
    expect(refusals).toHaveLength(calls.length);
    client.dispose();
  });

  it.each(["..", "../0001", "0001/..", "/etc", ".hidden", "a\\b", ""])("may not name the run %j", async (run) => {
    const client = await connectClient();
    const project = join(allowed, "credit");
    await expect(client.procedures.runs.metrics({ project, run })).rejects.toMatchObject({ code: "rpc.invalid" });
    await expect(client.procedures.training.start({ project, resume: run })).rejects.toMatchObject({ code: "rpc.invalid" });
    const end = await new Promise((resolve) => void client.subscribe("run", { project, run }, { next: () => undefined, end: resolve }));
    expect(end).toMatchObject({ code: "rpc.invalid" });
    expect(refusals).toHaveLength(3);
    client.dispose();
  });

  it("learns that a run is not there, and that one is not under way", async () => {
    const client = await connectClient();
    const project = join(allowed, "credit");
    await expect(client.procedures.runs.metrics({ project, run: "0099" })).rejects.toMatchObject({ code: "run.missing" });
    await expect(client.procedures.training.pause({ project, run: "0001" })).rejects.toMatchObject({ code: "run.state" });
    client.dispose();
  });
});

it("a port that is taken is named", async () => {
  await expect(startServer({ port: server.port, renderer, studio: createStudio({ allowedFolders: [], home: folder }) })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining(`port ${server.port} is taken`),
  });
});

it("closes although a connection was opened that never asked anything", async () => {
  const other = await startServer({ studio: createStudio({ allowedFolders: [], home: temporaryFolder("close") }) });
  const idle = connectTcp(other.port, "127.0.0.1");
  await once(idle, "connect");
  const ended = once(idle, "close");
  await other.close();
  await ended;
});
