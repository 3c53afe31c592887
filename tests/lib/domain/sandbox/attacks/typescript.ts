import type { Attack } from "./attack.ts";
import { typescriptHarm } from "./typescript_harm.ts";
import { typescriptSecrets } from "./typescript_secrets.ts";

/** Attempts in TypeScript. */
export const typescriptAttacks: readonly Attack[] = [...typescriptSecrets, ...typescriptHarm];
