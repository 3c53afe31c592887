/// <reference lib="dom" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseHTML } from "linkedom";
import { escapeText, Html, html, svg } from "../../../../lib/report/page/html.ts";
import { page } from "../../../../lib/report/page/page.ts";

Deno.test("html shows any text as text, between tags and in attributes", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const markup = String(html`<p title="${text}">${text}</p>`);
    assert.match(markup, /^<p title="[^"<>]*">[^<>]*<\/p>$/);
    assert.ok(!/[^\P{Cc}\t\n\r]/u.test(markup));
  }));
  const { document } = parseHTML(String(html`<p>${"<b>'\"&amp;"}</p>`));
  assert.equal(document.querySelector("p")?.textContent, "<b>'\"&amp;");
});

Deno.test("html leaves out what is absent, and refuses what escaping does not help", () => {
  assert.equal(String(html`${null}${undefined}${false}${0}${[html`<b>`, "<"]}`), "0<b>&lt;");
  assert.throws(() => html`<p title=${"x onload=y"}>`, TypeError);
  assert.equal(String(html`<p>k = ${1}</p>`), "<p>k = 1</p>");
  assert.throws(() => new Html("<script>", Symbol("maker")), TypeError);
  assert.equal(escapeText("\ud800"), "\ufffd");
});

Deno.test("svg takes pictures and nothing that runs or is fetched", () => {
  for (
    const bad of [
      "<svg><script>1</script></svg>",
      '<svg><a href="x"/></svg>',
      '<svg><g onclick="x"></g></svg>',
      '<svg><g a="b"onclick="x"></g></svg>',
      "<svg><foreignObject/></svg>",
      "<svg><style>@import 'x'</style></svg>",
      "<svg><style>a{background:url(x)}</style></svg>",
      "<svg><!-- x --></svg>",
      "<svg><g",
    ]
  ) assert.throws(() => svg(bad), TypeError, bad);
});

Deno.test("page lets nothing run but the script that it was made with", () => {
  assert.match(
    page({ title: "<x>", body: html`` }),
    /content="default-src 'none'; style-src 'unsafe-inline'; img-src/,
  );
  assert.doesNotMatch(page({ title: "x", body: html`` }), /script/);
  assert.match(page({ title: "x", body: html``, script: "go()" }), /script-src 'sha256-[\w+/]{43}='/);
  assert.throws(() => page({ title: "x", body: html``, script: "</script>" }), TypeError);
});
