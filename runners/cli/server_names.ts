import { join } from "node:path";

/** Where tokenizers from the Hugging Face Hub are kept. */
export const tokenizerFolder: string = join(".cache", "tokenizers");

/** The environment variables that hold keys; read for the hosts of `--url` and `--sampler` alone. */
export const keyNames = { trainer: "EXITLAB_TRAINER_KEY", sampler: "EXITLAB_SAMPLER_KEY" } as const;
