import assert from "node:assert/strict";
import { HubClient } from "exitlab/runners/hf/hub/hub_client.ts";
import { whoAmI } from "exitlab/runners/hf/hub/who_am_i.ts";
import { withHub } from "../../../support/hub/hub_server.ts";

Deno.test("whoAmI() gives the name of the token's user", async () => {
  await withHub({ user: "ada" }, async ({ access, state }) => {
    assert.equal(await whoAmI(new HubClient(access)), "ada");
    await assert.rejects(
      whoAmI(new HubClient({ ...access, token: undefined })),
      /HF_TOKEN, which this needs/,
    );
    await assert.rejects(whoAmI(new HubClient({ ...access, token: "hf_old" })), /not expired/);
    state.faults.push({ path: /whoami/, status: 200, body: { name: "" } });
    await assert.rejects(whoAmI(new HubClient(access)), /Expected name to be/);
    await assert.rejects(whoAmI(new HubClient(access), AbortSignal.abort(new Error("enough"))), /enough/);
  });
});
