import { createHash } from "node:crypto";
import { escapeText, type Html } from "./html.ts";
import { chartStyle, pageStyle } from "./theme.ts";

/** What a page is made from. */
export interface PageParts {
  /** Its title. */
  readonly title: string;
  /** What stands in it. */
  readonly body: Html;
  /** A script that may run in it, and may call the server that the page came from; none may when left out. */
  readonly script?: string;
  /** CSS besides that of all pages. */
  readonly style?: string;
}

/**
 * One self-contained document: it fetches nothing, and its policy forbids all that it does not need. Without a script
 * nothing can run in it at all.
 *
 * @throws {TypeError} If the script or the style would end its own element.
 *
 * @example
 * ```ts
 * import { html } from "exitlab/lib/report/page/html.ts";
 * import { page } from "exitlab/lib/report/page/page.ts";
 *
 * page({ title: "Arms", body: html`<h1>Arms</h1>` });
 * ```
 */
export function page({ title, body, script, style = "" }: PageParts): string {
  for (const text of [script ?? "", style]) {
    if (/<\/(script|style)|<!--/i.test(text)) {
      throw new TypeError("Expected no closing tag in a script or style");
    }
  }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${escapeText(title)}</title>
<style>${pageStyle}${chartStyle}${style}</style>
</head>
<body>
${body}
${script === undefined ? "" : `<script>${script}</script>\n`}</body>
</html>
`;
}

/**
 * What a page may do, as a Content-Security-Policy: style itself, show pictures that it holds, and run the one script
 * that is given, which may call its own server.
 */
export function contentPolicy(script?: string): string {
  const hash = script === undefined ? "" : createHash("sha256").update(script).digest("base64");
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    ...script === undefined ? [] : [`script-src 'sha256-${hash}'`, "connect-src 'self'"],
  ].join("; ");
}
