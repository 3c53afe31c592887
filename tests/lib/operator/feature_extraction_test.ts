import assert from "node:assert/strict";
import { UserError } from "exitlab/lib/errors.ts";
import { openEmbedder } from "exitlab/lib/operator/embedders.ts";
import { featureExtraction } from "exitlab/lib/operator/feature_extraction.ts";
import { noEmbeddings, rollout } from "./fixtures.ts";

Deno.test("featureExtraction() describes a model or an address, in plain JSON", () => {
  const rest = { batch: 32, timeout: 60, retries: 5 };
  assert.deepEqual(featureExtraction({ model: "BAAI/bge-small-en-v1.5" }), {
    kind: "feature-extraction",
    model: "BAAI/bge-small-en-v1.5",
    ...rest,
  });
  assert.deepEqual(featureExtraction({ url: "http://127.0.0.1:8080/embed", batch: 8 }), {
    kind: "feature-extraction",
    url: "http://127.0.0.1:8080/embed",
    ...rest,
    batch: 8,
  });
});

Deno.test("featureExtraction() names one host, with its port where it has one of its own", () => {
  const host = (url: string): string | undefined => openEmbedder(featureExtraction({ url })).host;
  assert.equal(host("http://gpu-box:8080/embed"), "gpu-box:8080");
  assert.equal(host("https://example.com/embed"), "example.com");
  assert.equal(host("http://[::1]:80/"), "[::1]");
  assert.equal(openEmbedder(featureExtraction({ model: "a/b" })).host, "router.huggingface.co");
});

Deno.test("featureExtraction() refuses addresses that could hold a secret, and what is none", () => {
  for (
    const url of [
      "https://user:pass@example.com/",
      "https://token@example.com/",
      "https://example.com/?api_key=1",
      "https://example.com/#token",
      "ftp://example.com/",
      "file:///etc/passwd",
      "example.com/embed",
      "",
    ]
  ) {
    assert.throws(() => featureExtraction({ url }), (error) => {
      assert(error instanceof UserError);
      assert.match(error.message, /"url" to be an http\(s\) address without a user, a query or a fragment/);
      return true;
    }, url);
  }
});

Deno.test("featureExtraction() refuses names that are no model's", () => {
  for (const model of ["bert", "a/b/c", "../x/y", "a/b?x=1", "a b/c", "https://example.com/a"]) {
    assert.throws(() => featureExtraction({ model }), /"model" to be a model of the hub/, model);
  }
});

Deno.test("featureExtraction() refuses both, neither, and what is out of range", () => {
  const both = { model: "a/b", url: "http://127.0.0.1/" };
  assert.throws(() => featureExtraction(both), /options with a model or a url, one of them/);
  assert.throws(() => featureExtraction({ model: "a/b", batch: 0 }), /"batch" to be a whole number from 1/);
  assert.throws(() => featureExtraction({ model: "a/b", timeout: 0 }), /"timeout" to be a number above 0/);
  assert.throws(() => featureExtraction({ model: "a/b", retries: -1 }), /"retries" to be a whole number/);
});

Deno.test("featureExtraction() asks its address for all that was written", async () => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    assert.equal(new URL(request.url).pathname, "/embed");
    const { inputs } = await request.json();
    return Response.json(inputs.map((text: string) => [text.length, 1]));
  });
  const embedder = openEmbedder(featureExtraction({ url: `http://127.0.0.1:${server.addr.port}/embed` }));
  const turns = { ...rollout("b"), responses: ["aa", "b"] };
  const vectors = await embedder.embed([rollout("a"), turns], noEmbeddings);
  assert.deepEqual([...vectors], [Float32Array.of(1, 1), Float32Array.of(4, 1)]);
  await server.shutdown();
});
