import assert from "node:assert/strict";
import { join } from "node:path";
import { tokenizerFileNames } from "../../../lib/engine/tokenizer_files.ts";
import type { HubSurroundings } from "../../../runners/tgi/hub_files.ts";
import { tokenizerFrom } from "../../../runners/tgi/tokenizer_source.ts";
import { type Heard, type Said, type ScriptedServer, scriptedServer } from "./samplers/scripted_server.ts";

const fixture = "tests/lib/engine/tokenizers/digits";
const commit = "0123456789abcdef0123456789abcdef01234567";

/** Files of a folder, as the hub and our trainer have them. */
async function file(name: string, folder = fixture): Promise<Uint8Array | null> {
  try {
    return await Deno.readFile(join(folder, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** A hub that has the model; what a script answers goes first. */
function hub(script: (heard: Heard) => Said = () => undefined): Promise<ScriptedServer> {
  return scriptedServer(async (heard) => {
    const said = script(heard);
    if (said !== undefined) return said;
    const [, name] = /^\/org\/model\/resolve\/[^/]+\/([\w.]+)$/.exec(heard.route) ?? [];
    const bytes = name === undefined ? null : await file(name);
    const headers = { "x-repo-commit": commit };
    if (bytes !== null) return new Response(new Uint8Array(bytes), { headers });
    return new Response("Entry not found", {
      status: 404,
      headers: { ...headers, "x-error-code": "EntryNotFound" },
    });
  });
}

async function inFolder(work: (cache: string) => Promise<void>): Promise<void> {
  const cache = await Deno.makeTempDir();
  try {
    await work(join(cache, "kept"));
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

const source = (cache: string) => ({ model: "org/model", revision: "main", cache });

const around = (server: { readonly url: string }): Partial<HubSurroundings> => ({
  server: server.url,
  token: () => undefined,
  wait: () => Promise.resolve(),
});

const sample = "one 2 three 45";

Deno.test("tokenizerFrom() reads a folder, and refuses one that has none", async () => {
  const tokenizer = await tokenizerFrom({ ...source("unused"), folder: fixture });
  assert.equal(tokenizer.decode(tokenizer.encodeResponse(sample)), sample);
  await assert.rejects(tokenizerFrom({ ...source("unused"), folder: "tests/lib/engine" }), {
    name: "UserError",
    message: /^Expected the folder tests\/lib\/engine to have a file tokenizer\.json but it has none/,
  });
});

Deno.test("tokenizerFrom() takes the server's files before the hub's", async () => {
  const asked: string[] = [];
  const tokenizer = await tokenizerFrom({
    ...source("unused"),
    server: (name) => {
      asked.push(name);
      return file(name);
    },
  });
  assert.equal(tokenizer.decode(tokenizer.encodeResponse(sample)), sample);
  assert.deepEqual(asked.toSorted(), [...tokenizerFileNames].toSorted());
});

Deno.test("tokenizerFrom() fetches from the hub once, all files of one commit, and keeps them", async () => {
  await inFolder(async (cache) => {
    let first: readonly number[];
    {
      await using server = await hub();
      const none = () => Promise.resolve(null);
      const tokenizer = await tokenizerFrom({ ...source(cache), server: none }, around(server));
      first = tokenizer.encodeResponse(sample);
      assert.deepEqual(
        server.heard.map(({ route }) => route),
        tokenizerFileNames.map((name, at) => `/org/model/resolve/${at === 0 ? "main" : commit}/${name}`),
      );
    }
    const again = await tokenizerFrom(source(cache), {
      server: "http://127.0.0.1:9",
      wait: () => Promise.resolve(),
    });
    assert.deepEqual(again.encodeResponse(sample), first);
  });
});

Deno.test("tokenizerFrom() fetches anew what was damaged", async () => {
  await inFolder(async (cache) => {
    await using server = await hub();
    await tokenizerFrom(source(cache), around(server));
    const [folder] = [...Deno.readDirSync(cache)].map(({ name }) => join(cache, name));
    assert.ok(folder !== undefined);
    for (const name of ["tokenizer.json", "chat_template.jinja", "about.json"]) {
      await Deno.writeTextFile(join(folder, name), "{}");
      const before = server.heard.length;
      await tokenizerFrom(source(cache), around(server));
      assert.equal(server.heard.length, before + tokenizerFileNames.length);
    }
    await Deno.remove(join(folder, "tokenizer.json"));
    await tokenizerFrom(source(cache), around(server));
    assert.equal((await Deno.readTextFile(join(folder, "tokenizer.json"))).slice(0, 1), "{");
  });
});

Deno.test("tokenizerFrom() keeps revisions apart", async () => {
  await inFolder(async (cache) => {
    await using server = await hub();
    await tokenizerFrom(source(cache), around(server));
    await tokenizerFrom({ ...source(cache), revision: "refs/pr/1" }, around(server));
    assert.equal(
      server.heard.at(tokenizerFileNames.length)?.route,
      "/org/model/resolve/refs%2Fpr%2F1/tokenizer.json",
    );
    assert.equal([...Deno.readDirSync(cache)].length, 2);
  });
});

Deno.test("tokenizerFrom() follows a redirection, with the token only where it may go", async () => {
  await inFolder(async (cache) => {
    await using server = await hub(({ route }) =>
      route.endsWith("/tokenizer.json")
        ? new Response(null, {
          status: 302,
          headers: { location: `${route.replace("tokenizer", "moved")}`, "x-repo-commit": commit },
        })
        : route.endsWith("/moved.json")
        ? new Response(null, {
          status: 307,
          headers: { location: "/org/model/resolve/main/tokenizer_config.json" },
        })
        : undefined
    );
    const secrets: Partial<HubSurroundings> = {
      ...around(server),
      token: (url) => url.pathname.endsWith("moved.json") ? undefined : "hf_secret",
    };
    await assert.rejects(
      tokenizerFrom(source(cache), secrets),
      /Expected an object "model" in tokenizer\.json/,
    );
    assert.deepEqual(server.heard.slice(0, 3).map(({ headers }) => headers.get("authorization")), [
      "Bearer hf_secret",
      null,
      "Bearer hf_secret",
    ]);
  });
});

Deno.test("tokenizerFrom() refuses redirections that leave https, or never end", async () => {
  await inFolder(async (cache) => {
    let location = "http://example.com/tokenizer.json";
    await using server = await hub(() => new Response(null, { status: 302, headers: { location } }));
    const refuses = (message: RegExp) =>
      assert.rejects(tokenizerFrom(source(cache), around(server)), { name: "UserError", message });
    await refuses(
      /^Cannot fetch tokenizer\.json of "org\/model": .* redirects to example\.com without https$/,
    );
    location = "https://cdn.example.com/tokenizer.json";
    await refuses(/keeps it on cdn\.example\.com: add --net cdn\.example\.com once to fetch it$/);
    location = "/again";
    await refuses(/redirects more than 5 times$/);
    location = "http://[";
    await refuses(/redirects to no address$/);
  });
});

Deno.test("tokenizerFrom() tells a model, a revision and a permission that are lacking", async () => {
  await inFolder(async (cache) => {
    let [status, code] = [401, "RepoNotFound"];
    await using server = await hub(() => new Response("no", { status, headers: { "x-error-code": code } }));
    const refuses = (message: RegExp) =>
      assert.rejects(tokenizerFrom(source(cache), around(server)), { name: "UserError", message });
    await refuses(/answered 401; is its name right, and is HF_TOKEN set if it is private or gated\?$/);
    [status, code] = [403, "GatedRepo"];
    await refuses(/answered 403; is its name right/);
    [status, code] = [404, "RevisionNotFound"];
    await refuses(/has no revision "main" of it$/);
    [status, code] = [404, "RepoNotFound"];
    await refuses(/answered 404; is its name right/);
    await assert.rejects(
      tokenizerFrom(source(cache), { server: "https://hub.example" }),
      /^UserError: The tokenizer of "org\/model" is not in .*kept yet: add --net hub\.example once to fetch it, or give a folder/,
    );
  });
});

Deno.test("tokenizerFrom() asks the hub again after trouble, and gives up with a sentence", async () => {
  await inFolder(async (cache) => {
    const faults: Said[] = [new Response("busy", { status: 429 }), new Response("", { status: 503 }), "cut"];
    await using server = await hub(() => faults.shift());
    const waits: number[] = [];
    const wait = (seconds: number) => {
      waits.push(seconds);
      return Promise.resolve();
    };
    await tokenizerFrom(source(cache), { ...around(server), wait });
    assert.deepEqual(waits, [1, 2, 4]);
    await using broken = await hub(() => new Response("", { status: 500 }));
    await assert.rejects(tokenizerFrom({ ...source(cache), model: "org/other" }, around(broken)), {
      name: "UserError",
      message:
        /^Cannot fetch tokenizer\.json of "org\/other" from 127\.0\.0\.1:\d+: it answered 500 \(request 5 of 5\); go online/,
    });
  });
});

Deno.test("tokenizerFrom() refuses a model on the hub that has no tokenizer.json", async () => {
  await inFolder(async (cache) => {
    await using server = await hub(({ route }) =>
      route.endsWith("/tokenizer.json") ? new Response("", { status: 404 }) : undefined
    );
    await assert.rejects(tokenizerFrom(source(cache), around(server)), {
      name: "UserError",
      message: /^Expected org\/model to have a file tokenizer\.json but it has none/,
    });
  });
});

Deno.test("tokenizerFrom() reads the tokenizer of the trainer's own tiny model", async () => {
  const tokenizer = await tokenizerFrom({ ...source("unused"), folder: "runners/tgi/trainer/tiny_llama" });
  const prompt = tokenizer.encodeChat([{ role: "system", content: "Add." }, {
    role: "user",
    content: "2+2=<end>",
  }]);
  assert.equal(tokenizer.text(prompt), "<s><system>Add.<end><user>2+2=<end><end><assistant>");
  assert.deepEqual(tokenizer.stop.map((id) => tokenizer.text([id])), ["<end>"]);
  assert.equal(prompt.filter((id) => tokenizer.stop.includes(id)).length, 2);
  assert.equal(tokenizer.decode(tokenizer.encodeResponse("4\n~")), "4\n~");
  assert.throws(() => tokenizer.encodeResponse("é"), /has but found "é" in a response/);
  assert.throws(() => tokenizer.encodeResponse("\t"), /has but found "\\t" in a response/);
});
