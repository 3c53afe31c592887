import configuration from "../deno.json" with { type: "json" };

/** The version of exitlab, as in `deno.json`. */
export const version: string = configuration.version;
