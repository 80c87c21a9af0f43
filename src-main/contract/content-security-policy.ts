/**
 * What the studio's page may do, in a window as in a browser: only what we ship runs, and it speaks to nobody but us. Styles may stand in the
 * page because naive-ui writes its own into it as it goes; without scripts or addresses of others there is nothing for one to carry away.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
