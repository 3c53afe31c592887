import { createHash } from "node:crypto";
import { join } from "node:path";
import { packTar } from "modern-tar";

/** A registry that serves one package, on this machine. */
export interface NpmStandIn {
  /** Its address. */
  readonly url: string;
  /** The paths that were asked for. */
  readonly asked: readonly string[];
  /** Ends it, and removes what Deno kept of it. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Serves a package of these files, `package.json` among them, as npm's registry would. */
export async function npmStandIn(files: Readonly<Record<string, string>>): Promise<NpmStandIn> {
  const manifest = JSON.parse(files["package.json"] ?? "{}");
  const archive = await archived(files);
  const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  const asked: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ url }) => {
    const { pathname, origin } = new URL(url);
    asked.push(decodeURIComponent(pathname));
    if (pathname === "/package.tgz") return new Response(archive);
    if (decodeURIComponent(pathname) !== `/${manifest.name}`) return new Response(null, { status: 404 });
    const version = { ...manifest, dist: { tarball: `${origin}/package.tgz`, integrity } };
    return Response.json({
      name: manifest.name,
      "dist-tags": { latest: manifest.version },
      versions: { [manifest.version]: version },
    });
  });
  const { port } = server.addr;
  return {
    url: `http://127.0.0.1:${port}/`,
    asked,
    [Symbol.asyncDispose]: async () => {
      await server.shutdown();
      const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
      const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
      for await (const { name } of Deno.readDir(npmCache)) {
        if (name === `127.0.0.1_${port}` || name === String(port)) {
          await Deno.remove(join(npmCache, name), { recursive: true });
        }
      }
    },
  };
}

async function archived(files: Readonly<Record<string, string>>): Promise<Uint8Array<ArrayBuffer>> {
  const tar = await packTar(
    Object.entries(files).map(([name, text]) => {
      const body = new TextEncoder().encode(text);
      return {
        header: { name: `package/${name}`, size: body.length, mode: 0o644, mtime: new Date(0) },
        body,
      };
    }),
  );
  const stream = new Blob([new Uint8Array(tar)]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
