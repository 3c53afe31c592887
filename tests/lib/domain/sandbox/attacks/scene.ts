import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Scene } from "./attack.ts";

/** A scene that can be looked at and taken down. */
export interface OpenScene {
  /** What attacks are told. */
  readonly scene: Scene;
  /** The folder of the kit. */
  readonly kit: string;
  /** The environment with a token, for processes that nothing holds. */
  readonly environment: Record<string, string>;
  /** How often somebody connected or sent something. */
  connections(): number;
  /** What changed that should not have; empty if nothing. */
  damage(): string[];
  /** Puts back what a control changed. */
  mend(): void;
  close(): Promise<void>;
}

/** Sets the scene: secrets in files, in the environment and beside the kit, and somebody who listens. */
export async function openScene(): Promise<OpenScene> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  // Everybody may read it, so that it is the sandbox that holds and not the user's rights.
  Deno.chmodSync(folder, 0o777);
  const [secretToken, answerToken, ownToken] = [0, 1, 2].map(() => crypto.randomUUID());
  const secret = join(folder, "secret");
  const texts = new Map([
    [secret, `${secretToken}`],
    [`${secret}.json`, JSON.stringify({ secret: secretToken })],
    [`${secret}.ts`, `export const secret = ${JSON.stringify(secretToken)};`],
    [join(folder, "answers/table.csv"), `row,label\n1,${answerToken}\n`],
    [join(folder, "kit/mod.ts"), "export const kit = 1;"],
  ]);
  for (const name of ["answers", "kit"]) Deno.mkdirSync(join(folder, name));
  const write = (): void => texts.forEach((text, path) => Deno.writeTextFileSync(path, text));
  write();
  const database = new DatabaseSync(`${secret}.db`);
  database.exec(`create table secrets (secret); insert into secrets values ('${secretToken}')`);
  database.close();

  let connections = 0;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const connection of listener) {
      connections++;
      connection.close();
    }
  })();
  const socket = createSocket("udp4");
  socket.on("message", () => connections++);
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");

  const canary = join(folder, "canary");
  return {
    scene: {
      tokens: [secretToken, answerToken, ownToken].filter((token) => token !== undefined),
      secret,
      answers: join(folder, "answers/table.csv"),
      canary,
      ports: { tcp: listener.addr.port, udp: socket.address().port },
      pid: Deno.pid,
    },
    kit: join(folder, "kit"),
    environment: { SECRET: `${secretToken}` },
    connections: () => connections,
    damage: () => [
      ...[...texts].filter(([path, text]) => textAt(path) !== text).map(([path]) => `${path} is another`),
      ...(textAt(canary) === undefined ? [] : ["there is a canary"]),
    ],
    mend: () => {
      try {
        Deno.removeSync(canary);
      } catch {
        // There is none.
      }
      write();
    },
    close: async () => {
      listener.close();
      await accepting;
      socket.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

function textAt(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
