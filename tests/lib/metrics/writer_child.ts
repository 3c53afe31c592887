/** A process that writes iterations of a made-up run and says when each is acknowledged; then it waits to be killed. */
import { batch, begin } from "./fabricate.ts";

const [runs = "", iterations = "0"] = Deno.args;
const store = await begin(runs, "child");
for (let n = 1; n <= Number(iterations); n++) {
  await store.write(batch(n));
  Deno.stdout.writeSync(new TextEncoder().encode(`${n}\n`));
}
await new Promise((resolve) => setTimeout(resolve, 60_000));
