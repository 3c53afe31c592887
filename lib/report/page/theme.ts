/**
 * The look of pages and pictures: light, dark and on paper, with colours that are told apart by colour-blind eyes too.
 *
 * @module
 */
import { type Html, html } from "./html.ts";

/** How many colours of arms there are; more arms begin again. */
export const colourCount = 8;

/** The colour of the arm at a place, as CSS. */
export function armColour(place: number): string {
  return `var(--arm-${place % colourCount + 1})`;
}

/** Colours by name. Those of arms and of words have a contrast of 4.5 or more with both grounds. */
const light =
  "--ground:#fff;--raised:#f5f6f8;--ink:#1b1f24;--faint:#59616b;--rule:#d5d9de;--link:#0a58a8;--warn:#9a3412;" +
  "--arm-1:#0067a5;--arm-2:#c14a09;--arm-3:#00795c;--arm-4:#a1437f;--arm-5:#8a6500;--arm-6:#6a3fb5;--arm-7:#5b5f66;" +
  "--arm-8:#a3262a";
const dark =
  "--ground:#14171a;--raised:#1f2429;--ink:#e6e8ea;--faint:#a4acb5;--rule:#3a4149;--link:#7cbcff;--warn:#ffb38a;" +
  "--arm-1:#56b4e9;--arm-2:#ff9152;--arm-3:#2fc99b;--arm-4:#e79bc8;--arm-5:#e9c83c;--arm-6:#b79cff;--arm-7:#b5bac2;" +
  "--arm-8:#ff8a8a";

/**
 * The colours as CSS for what a selector chooses; on paper they are the light ones.
 *
 * @param selector Such as `:root`.
 */
export function colours(selector: string): string {
  return `${selector}{${light}}@media screen and (prefers-color-scheme:dark){${selector}{${dark}}}`;
}

/** The style of pictures, alone or in a page. */
export const chartStyle: string = colours(".chart") +
  ".chart{background:var(--ground);color:var(--ink);fill:currentColor;font:12px system-ui,sans-serif;" +
  "max-width:100%;height:auto;overflow:visible}" +
  ".chart [aria-hidden]{stroke:var(--rule);stroke-opacity:1}.chart text{white-space:pre}";

/** The style of pages; goes into a style element as it is. */
export const pageStyle: string = `${colours(":root")}
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif;background:var(--ground);color:var(--ink)}
*{box-sizing:border-box}
body{max-width:76rem;margin:0 auto;padding:1rem 1.25rem 4rem}
h1{font-size:1.7rem;line-height:1.2;margin:.6rem 0}
h2{font-size:1.25rem;margin:2.2rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--rule)}
h3{font-size:1.05rem;margin:1.4rem 0 .4rem}
p,li,h1,h3,summary,figcaption{overflow-wrap:anywhere}
p,li{max-width:75ch;margin:.5rem 0}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;background:var(--ground);padding:.3rem}
nav ul{display:flex;flex-wrap:wrap;gap:.35rem 1.1rem;list-style:none;padding:0;margin:.6rem 0}nav li{margin:0}
.faint{color:var(--faint)}
.warn{border-left:4px solid var(--warn);background:var(--raised);padding:.5rem .8rem}
ul.warn{list-style-position:inside}
.scroll{overflow-x:auto;max-width:100%;margin:.6rem 0}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--faint);padding:.2rem 0}
th,td{padding:.28rem .5rem;border-bottom:1px solid var(--rule);text-align:right;vertical-align:top}
th:first-child,td:first-child{text-align:left;padding-left:0}
table.figures td,table.figures th{white-space:nowrap}
.long{display:inline-block;vertical-align:top;white-space:normal;overflow-wrap:anywhere;min-width:8rem;max-width:22rem}
table.text td{text-align:left;overflow-wrap:anywhere}table.text th{text-align:left}
thead th{color:var(--faint);font-weight:600;border-bottom-width:2px;white-space:nowrap}
tbody th{font-weight:600}
figure{margin:.8rem 0}.picture{overflow-x:auto}figcaption{color:var(--faint);font-size:.88rem;max-width:75ch}
summary{cursor:pointer;color:var(--link);width:fit-content;padding:.15rem .3rem;font-size:.9rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--raised);padding:.6rem .8rem;margin:.4rem 0;
border-radius:.3rem;font:.82rem/1.45 ui-monospace,monospace;unicode-bidi:isolate}
code{font-family:ui-monospace,monospace;font-size:.9em}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(30rem,100%),1fr));gap:0 1.5rem}.grid>*{min-width:0}
.badge{display:inline-block;padding:0 .5em;border:1px solid var(--rule);border-radius:1em;font-size:.8rem}
.badge.good{border-color:var(--arm-3);color:var(--arm-3)}.badge.bad{border-color:var(--warn);color:var(--warn)}
@media print{
:root{font-size:10.5pt}body{max-width:none;padding:0}nav,.skip{display:none}
h2{break-after:avoid}figure,tr,pre{break-inside:avoid}.scroll,.picture{overflow:visible}.picture>.chart{min-width:0!important}
table{font-size:8pt}th,td{padding:.15rem .35rem}a{color:inherit;text-decoration:none}
.grid{grid-template-columns:1fr 1fr}figure details{display:none}
details::details-content{content-visibility:visible;block-size:auto}details>summary{list-style:none;color:var(--ink)}
table.figures td,table.figures th{white-space:normal}tbody th:has(.swatch){min-width:6em}
}`;

/** A small square in an arm's colour, for tables. */
export function swatch(place: number): Html {
  return html`
    <svg class="swatch" width="10" height="10" aria-hidden="true" style="fill:${armColour(place)}">
      <rect width="10" height="10" rx="2" />
    </svg>
  `;
}
