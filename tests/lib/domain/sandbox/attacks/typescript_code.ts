import type { Attack, Scene } from "./attack.ts";

/** A program that returns something. */
export const solve = (body: string): string => `export default async () => { ${body} };`;
/** A text as a literal. */
export const quote = (text: string): string => JSON.stringify(text);
/** The address of a file as a literal. */
export const fileUrl = (path: string): string => quote(`file://${path}`);

/** How an attempt is held. */
export type Held = Pick<Attack, "limits" | "prepare" | "control"> & {
  readonly outcomes?: Attack["outcomes"];
};

/** An attempt that fails unless it is said otherwise. */
export function attack(name: string, code: (scene: Scene) => string, held: Held = {}): Attack {
  return { name, code, outcomes: ["failed"], ...held };
}

/** What steals a token where nothing holds it. */
export const token = { control: "token" } as const;
/** What need not throw to be held. */
export const any = { outcomes: ["failed", "done", "died"] } as const;
