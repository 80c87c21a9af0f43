/** By scheme, what `protocol.handle` was given. */
export const handlers = new Map();
export const privileged = [];

export const protocol = {
  registerSchemesAsPrivileged: (schemes) => void privileged.push(...schemes),
  handle: (scheme, handler) => void handlers.set(scheme, handler),
};

/** The handlers of the default session, which the test may ask. */
export const permissions = {};
let beforeRequest;

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler) => void (permissions.request = handler),
    setPermissionCheckHandler: (handler) => void (permissions.check = handler),
    setDevicePermissionHandler: (handler) => void (permissions.device = handler),
    webRequest: { onBeforeRequest: (handler) => void (beforeRequest = handler) },
  },
};

export async function isCancelled(url) {
  if (!beforeRequest) return false;
  return new Promise((resolve) => beforeRequest({ url }, ({ cancel = false }) => resolve(cancel)));
}
