import assert from "node:assert/strict";
import { UserError } from "exitlab/lib/errors.ts";
import { hubSiteToken, hubToken } from "exitlab/lib/hub_token.ts";

const environment = (value: string | undefined) => (name: string): string | undefined =>
  name === "HF_TOKEN" ? value : undefined;

Deno.test("hubToken() gives the token to hosts of Hugging Face over https, and to no other", () => {
  const tell = (url: string): string | undefined => hubToken(new URL(url), environment("hf_secret"));
  for (
    const url of [
      "https://router.huggingface.co/hf-inference/models/a/b",
      "https://huggingface.co/",
      "https://abc.us-east-1.aws.endpoints.huggingface.cloud/embed",
    ]
  ) assert.equal(tell(url), "hf_secret");
  for (
    const url of [
      "http://router.huggingface.co/",
      "https://huggingface.co.example.com/",
      "https://nothuggingface.co/",
      "https://huggingface.cloud/",
      "https://example.com/huggingface.co",
      "http://127.0.0.1:8080/embed",
      "https://127.0.0.1/embed",
    ]
  ) assert.equal(tell(url), undefined, url);
});

Deno.test("hubSiteToken() gives the token to the hub's own hosts, and to no endpoint that anyone may run", () => {
  const tell = (url: string): string | undefined => hubSiteToken(new URL(url), environment("hf_secret"));
  for (const url of ["https://huggingface.co/", "https://datasets-server.huggingface.co/rows"]) {
    assert.equal(tell(url), "hf_secret");
  }
  for (
    const url of [
      "https://abc.us-east-1.aws.endpoints.huggingface.cloud/rows",
      "http://datasets-server.huggingface.co/",
      "https://nothuggingface.co/",
      "https://huggingface.co.example.com/",
      "https://127.0.0.1/rows",
    ]
  ) assert.equal(tell(url), undefined, url);
});

Deno.test("hubToken() gives nothing where there is nothing", () => {
  for (const value of [undefined, "", "  \n"]) {
    assert.equal(hubToken(new URL("https://huggingface.co"), environment(value)), undefined);
  }
});

Deno.test("hubToken() takes off space around the token, and refuses others without showing them", () => {
  assert.equal(hubToken(new URL("https://huggingface.co"), environment(" hf_secret\n")), "hf_secret");
  for (const value of ["hf_sec ret", "hf_sec\nret", "hf_secrét"]) {
    assert.throws(() => hubToken(new URL("https://huggingface.co"), environment(value)), (error) => {
      assert(error instanceof UserError);
      assert.match(error.message, /HF_TOKEN/);
      assert.doesNotMatch(error.message, /sec/);
      return true;
    });
  }
});
