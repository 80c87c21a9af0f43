import { defineStore } from "pinia";
import { shallowRef } from "vue";
import { toLatheError } from "../../src-main/base/errors.js";
import { uploadFile } from "../rpc/upload.js";
import { texts } from "../texts/index.js";
import { useNotices } from "./notices.js";

/** In a browser: files of the machine it runs on, sent to the machine that Lathe runs on, one at a time. */
export const useUploads = defineStore("uploads", () => {
  const notices = useNotices();
  const sending = shallowRef<{ readonly name: string; readonly share: number; readonly cancel: () => void }>();

  let before: Promise<unknown> = Promise.resolve();

  /** One that comes while another is sent waits for it. @returns where the file lies now; undefined where it was called off or failed, which is said then. */
  function send(file: File): Promise<string | undefined> {
    const turn = before.then(() => sendNow(file));
    before = turn;
    return turn;
  }

  async function sendNow(file: File): Promise<string | undefined> {
    const abort = new AbortController();
    const tell = (share: number) => (sending.value = { name: file.name, share, cancel: () => abort.abort() });
    tell(0);
    try {
      return await uploadFile(file, { signal: abort.signal, onProgress: tell });
    } catch (thrown) {
      const error = toLatheError(thrown);
      if (error.code !== "cancelled") notices.complain(`${texts.shell.drop.failed}: ${error.message}`);
      return undefined;
    } finally {
      sending.value = undefined;
    }
  }

  return { sending, send };
});
