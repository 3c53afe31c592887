/**
 * Runs programs that nobody has read, in processes that see nothing and are ended when they take too much.
 *
 * @module
 */
export { type SandboxOptions, SandboxPool, sandboxPrograms } from "./pool.ts";
export type { SandboxLimits } from "./limits.ts";
export type { SandboxKit, SandboxLanguage, SandboxReport, SandboxRequest } from "./sandbox_request.ts";
