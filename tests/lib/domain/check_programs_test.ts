import assert from "node:assert/strict";
import { checkPrograms } from "exitlab/lib/domain/check_programs.ts";

Deno.test("checkPrograms() refuses a program that may not be started, with the option that grants it", async () => {
  const domain = { kind: "mine", permissions: { run: ["npx", "python3"] } };
  const only = (program: string) => Promise.resolve(program === "npx");
  await assert.rejects(checkPrograms(domain, only), {
    message: 'Domain "mine" starts python3, and may not; add --run python3',
  });
  await checkPrograms(domain, () => Promise.resolve(true));
  await checkPrograms({ kind: "mine" }, only);
  // Tests may start anything.
  await checkPrograms(domain);
});
