import assert from "node:assert/strict";
import { declaration } from "../../../docs/site/declaration.ts";

const cases: readonly (readonly [source: string, shown: string])[] = [
  ["export function f(): void {\n}", "function f(): void"],
  ["export function f(a = {}): { b: 1 } {\n}", "function f(a = {}): { b: 1 }"],
  [
    "export function f(g: () => { a: 1 }): Promise<A<B>> {\n}",
    "function f(g: () => { a: 1 }): Promise<A<B>>",
  ],
  ["export function f(a: number): void;\nexport function f() {}", "function f(a: number): void"],
  [
    "export async function f<T extends { a: 1 }>(a: T): Promise<T> {\n}",
    "async function f<T extends { a: 1 }>(a: T): Promise<T>",
  ],
  [
    'export type A = "a;b" | { readonly c: 1; /** Of }. */ d: 2 };\nx',
    'type A = "a;b" | { readonly c: 1; /** Of }. */ d: 2 }',
  ],
  [
    "export interface A extends B<{ c: 1 }> {\n  /** Of `{`. */\n  d: 1;\n}\nx",
    "interface A extends B<{ c: 1 }> {\n  /** Of `{`. */\n  d: 1;\n}",
  ],
  ["export const a: (b: 1) => { c: 2 } = make({});", "const a: (b: 1) => { c: 2 }"],
  ["export class A<T> extends B<T> {\n  c = 1;\n}", "class A<T> extends B<T>"],
];

Deno.test("declaration() gives what is public of each kind of declaration", () => {
  for (const [source, shown] of cases) assert.equal(declaration(source, 0), shown);
});

Deno.test("declaration() takes a member's indentation away", () => {
  const source = "class A {\n  async b(\n    c: number,\n  ): Promise<void> {\n  }\n}";
  assert.equal(declaration(source, 1), "async b(\n  c: number,\n): Promise<void>");
});

Deno.test("declaration() refuses a declaration without an end", () => {
  assert.throws(() => declaration("export function f(", 0), SyntaxError);
});
