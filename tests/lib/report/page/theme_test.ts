import assert from "node:assert/strict";
import { colourCount, colours } from "../../../../lib/report/page/theme.ts";

/** The relative luminance of WCAG 2. */
function luminance(colour: string): number {
  const digits = colour.length === 4
    ? [...colour.slice(1)].map((digit) => digit + digit).join("")
    : colour.slice(1);
  const parts = [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16) / 255)
    .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return [0.2126, 0.7152, 0.0722].reduce((sum, weight, at) => sum + weight * (parts[at] ?? NaN), 0);
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

Deno.test("words, links, warnings and arms have a contrast of 4.5 with both grounds, light and dark", () => {
  const schemes = colours(":root").split("@media").map((css) =>
    new Map([...css.matchAll(/--([\w-]+):(#[0-9a-f]+)/g)].map(([, name = "", colour = ""]) => [name, colour]))
  );
  assert.equal(schemes.length, 2);
  const arms = Array.from({ length: colourCount }, (_, at) => `arm-${at + 1}`);
  for (const scheme of schemes) {
    for (const name of ["ink", "faint", "link", "warn", ...arms]) {
      for (const ground of ["ground", "raised"]) {
        const found = contrast(scheme.get(name) ?? "", scheme.get(ground) ?? "");
        assert.ok(found >= 4.5, `${name} on ${ground}: ${found}`);
      }
    }
  }
});
