import assert from "node:assert/strict";
import { checkAccess } from "exitlab/lib/domain/check_access.ts";

Deno.test("checkAccess() refuses what may not be done, with the option that grants it", async () => {
  const permissions = { net: ["one.example"], read: ["/data"], run: ["npx", "python3"] };
  const domain = { kind: "mine", permissions };
  const except = (refused: string) => ({ name }: { readonly name: string }) =>
    Promise.resolve(name !== refused);
  const refusals = [
    ["one.example", 'Domain "mine" calls one.example, and may not; add --net one.example'],
    ["/data", 'Domain "mine" reads /data, and may not; add --read /data'],
    ["python3", 'Domain "mine" starts python3, and may not; add --run python3'],
  ] as const;
  for (const [refused, message] of refusals) {
    await assert.rejects(checkAccess(domain, except(refused)), { name: "UserError", message });
  }
  await checkAccess(domain, () => Promise.resolve(true));
  await checkAccess({ kind: "mine" }, () => Promise.resolve(false));
});

Deno.test("checkAccess() asks Deno unless it is told", async () => {
  // Tests may start and read anything, and call this machine alone.
  await checkAccess({ kind: "mine", permissions: { net: ["127.0.0.1:80"], read: ["/data"], run: ["npx"] } });
  await assert.rejects(
    checkAccess({ kind: "mine", permissions: { net: ["one.example"] } }),
    /add --net one\.example$/,
  );
});
