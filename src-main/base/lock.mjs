// Plain JavaScript: the scripts that run before anything is built need it too.
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, uptime } from "node:os";
import { setTimeout } from "node:timers/promises";

/**
 * A lock is a file that names the process that made it: `{"pid":…,"host":…,"processes":…,"started":…,"since":…,"token":…}`. It appears with its content or not
 * at all (a link to a file written before). One whose process is gone, one that was cut off or is empty, is nobody's.
 *
 * Whoever takes over such a lock first takes another one that is named after the very content it saw, `<lock>.after-<content>`: only one process has that, and
 * while it does and the content is still there, nobody else replaces it.
 */

/** Milliseconds between two looks at a lock that is waited for: at first, when it may be free at once, and at most. */
const [SOON, MOST] = [5, 200];
/** Milliseconds of waiting that nobody needs to be told of. */
const UNTOLD = 500;
/** Clock ticks a second as /proc tells them: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS = 100;
/** Among a process's flags there: PF_EXITING. */
const ENDING = 4;
/** Seconds by which a process may be younger than its lock: clocks are read one after the other, and disks round times. */
const ROUNDED = 3;
/** Bytes that a lock has at most: a host's name is the longest part, and has 255. */
const LONGEST = 4096;

/**
 * Where this process's number means the same, beside the host: containers may have one host's name and folders, but not its processes.
 * Linux only, elsewhere undefined. https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
export const processes = namespace();

/** Claims a lock for this process. @returns the living holder where there is one, this process too; undefined where the lock is now ours. */
export function takeLock(path) {
  const mine = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(mine, JSON.stringify(thisProcess()), { flag: "wx" }); // A full disk may take the name and not the words.
    for (;;) {
      try {
        publish(mine, path);
        return undefined;
      } catch (thrown) {
        if (thrown.code !== "EEXIST") throw thrown;
      }
      const found = look(path);
      if (!found) continue; // Given free meanwhile.
      if (found.holder && isAlive(found)) return found.holder;
      const taking = takeLock(`${path}.after-${found.mark}`);
      if (taking) return taking; // It is about to have this one.
      if (replaced(path, found.mark, mine)) return undefined;
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** The living process that has a lock; undefined where there is none. */
export function holderOf(path) {
  const found = look(path);
  return found?.holder && isAlive(found) ? found.holder : undefined;
}

/**
 * Notes that a program which a process has just started is at work: should the process be killed, its lock is nobody's, but the program lives on. The note says
 * what a lock says, and `holderOf` reads it; whoever started the program takes it away once that has ended.
 */
export function noteProgram(path, pid) {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(temporary, JSON.stringify({ ...thisProcess(), pid, ...given({ started: startOf(pid) }) }), { flag: "wx" });
    renameSync(temporary, path);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown;
  }
}

/** Gives a lock of this process free; another's stays. */
export function releaseLock(path) {
  const holder = look(path)?.holder;
  if (holder?.pid === process.pid && !isElsewhere(holder)) rmSync(path, { force: true });
}

/**
 * Claims a lock and waits while another process has it.
 * @param options.signal ends the wait with its reason. @param options.say hears for whom it waits, on which file and since when, once for each holder.
 */
export async function waitForLock(path, { signal, say = () => undefined } = {}) {
  const start = performance.now();
  let told = "";
  for (let every = SOON; ; every = Math.min(MOST, every * 2)) {
    signal?.throwIfAborted();
    const holder = takeLock(path);
    if (!holder) return;
    const words = describeHolder(holder, path);
    if (words !== told && performance.now() - start >= UNTOLD) {
      say(words);
      told = words;
    }
    await setTimeout(every, undefined, { signal }).catch(() => undefined);
  }
}

/** `process 123 since 2026-11-29 12:30:05 (/path/lock)` */
export function describeHolder(holder, path) {
  const { pid, host, since } = holder;
  const elsewhere = isElsewhere(holder);
  const place = !elsewhere ? "" : host === hostname() ? ` in another container of ${host}` : ` on ${host}`;
  const remedy = elsewhere ? "; where no such process is left there, delete that file" : "";
  return `process ${pid}${place}${since === undefined ? "" : ` since ${since.slice(0, 19).replace("T", " ")} UTC`} (${path}${remedy})`;
}

/** Whether a process is one of another machine or container, which cannot be asked. Earlier versions did not tell the container. */
export function isElsewhere(holder) {
  return holder.host !== hostname() || (holder.processes !== undefined && holder.processes !== processes);
}

/** This process, as a lock names it. */
export function thisProcess() {
  const started = startOf(process.pid);
  return { pid: process.pid, host: hostname(), ...given({ processes, started }), since: new Date().toISOString(), token: randomBytes(8).toString("hex") };
}

/** What a lock says, when it was written, and a mark that another one does not have; undefined where it is not there. What is no file of ours has no holder. */
function look(path) {
  try {
    const found = lstatSync(path);
    const { ino, mtimeMs } = found;
    const text = found.isFile() ? beginning(path) : "";
    return {
      holder: parsed(text, mtimeMs),
      written: mtimeMs,
      mark: createHash("sha256")
        .update(JSON.stringify([text, ino, mtimeMs]))
        .digest("hex")
        .slice(0, 16),
    };
  } catch (thrown) {
    // A file where its folder was has no lock either.
    if (thrown.code === "ENOENT" || thrown.code === "ENOTDIR") return undefined;
    throw thrown;
  }
}

/** What a lock says; nothing where it is longer than any of ours. */
function beginning(path) {
  const bytes = Buffer.alloc(LONGEST + 1);
  const file = openSync(path, "r");
  try {
    const length = readSync(file, bytes, 0, bytes.length, 0);
    return length > LONGEST ? "" : bytes.toString("utf8", 0, length);
  } finally {
    closeSync(file);
  }
}

/** Earlier versions wrote a process id and nothing else. */
function parsed(text, written) {
  try {
    const value = JSON.parse(text);
    const { pid, host, ...rest } = Number.isInteger(value) ? { pid: value, host: hostname(), since: new Date(written).toISOString() } : value;
    const told = given({ processes: rest.processes, started: rest.started, since: rest.since });
    const isText = (field) => typeof field === "string";
    return Number.isInteger(pid) && pid > 0 && isText(host) && Object.values(told).every(isText) ? { pid, host, ...told } : undefined;
  } catch {
    return undefined;
  }
}

/** The fields that are not undefined. */
function given(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/**
 * Whether the process is there that something names. @param found.written when that was written, milliseconds since 1970: a process that began later is another
 * one.
 */
export function isAlive({ holder, written }) {
  if (isElsewhere(holder)) return true; // It cannot be asked.
  const { pid, started } = holder;
  if (process.platform === "linux") {
    const now = startOf(pid);
    if (now === undefined) return false;
    if (started !== undefined) return started === now;
    const age = uptime() - Number(now) / TICKS;
    // Younger than its lock: the id was given out again. Below 0 the container hides its host's time.
    return age < 0 || age + ROUNDED > (Date.now() - written) / 1000;
  }
  if ((Date.now() - written) / 1000 > uptime() + ROUNDED) return false; // Written before the machine was started.
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown.code === "EPERM";
  }
}

/**
 * When a living process began, in clock ticks since the machine did; undefined for one that has ended, also where its parent has not yet noticed (a zombie
 * still answers to signals), and for one that is being ended: it runs nothing any more, but the system may take a while to close its files. Linux only.
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function startOf(pid) {
  try {
    // The second field, the program's name, is in brackets and may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
    const ends = (Number(fields[6]) & ENDING) !== 0;
    return ends || fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function namespace() {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}

/** Puts a written file in the place of a lock that is nobody's, where that is still there. The lock on doing so is ours, and ends. */
function replaced(path, mark, mine) {
  try {
    if (look(path)?.mark !== mark) return false;
    renameSync(mine, path);
    return true;
  } finally {
    rmSync(`${path}.after-${mark}`, { force: true });
  }
}

/** Gives a written file a second name, failing with EEXIST where that is taken; where the disk knows no links (exFAT), by an exclusive copy. */
function publish(from, to) {
  try {
    linkSync(from, to);
  } catch (thrown) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(thrown.code ?? "")) throw thrown;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}
