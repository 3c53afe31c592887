/**
 * The process in which `validate` checks a part: it has what any part has while it is loaded, and then what the part
 * declares and nothing else.
 *
 * @module
 */
import { checkCurriculum } from "../../lib/curriculum/conformance.ts";
import { examineDomain } from "../../lib/domain/conformance.ts";
import { accessVerbs, declaredAccess } from "../../lib/domain/declared_access.ts";
import { errorMessage, UserError } from "../../lib/errors.ts";
import { checkOperator } from "../../lib/operator/conformance.ts";
import { covers } from "./covers.ts";
import { loadParts, type NamedPart } from "./domains.ts";
import { type Allowed, giveUp, ownFolders } from "./validate_grants.ts";
import type { LoadedPart, ValidateMessage, ValidateRequest } from "./validate_protocol.ts";

const request: ValidateRequest = JSON.parse(await new Response(Deno.stdin.readable).text());

// Kept from before the part is loaded, which may put others in their place.
const { stdout, stderr, exit } = Deno;
const encoder = new TextEncoder();

function send(message: ValidateMessage): void {
  write(stdout, `${request.mark}${JSON.stringify(message)}\n`);
}

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}

async function check(): Promise<void> {
  // Shows whoever listens that access is noted.
  Deno.statSync(".");
  const parts = await loadParts(request.word);
  const named = parts[request.index];
  if (named === undefined) throw new Error(`There is no part ${request.index} of ${parts.length}`);
  const loaded = describePart(named, parts.length);
  checkAllowed(loaded);
  const { withheld } = request;
  const { declared } = loaded;
  await giveUp(request.allowed, { ...declared, run: declared.run.filter((program) => program !== withheld) });
  send({ type: "loaded", part: loaded });
  // Access is noted on standard error: what comes after this is the part's, as it is played.
  write(stderr, `${request.mark}\n`);
  const examined = await examine(named);
  // A promise that failed and that nobody waits for ends the process, once it gets round to it.
  send({ type: "watch", where: "A promise that nobody waited for" });
  await new Promise((resolve) => setTimeout(resolve));
  send({ type: "done", ...examined });
}

function describePart({ name, part }: NamedPart, parts: number): LoadedPart {
  const nothing = { net: [], read: [], run: [] };
  const declared: Allowed = part.part === "domain"
    ? { ...nothing, ...part.permissions }
    : { ...nothing, net: part.part === "operator" ? part.hosts ?? [] : [] };
  const version = part.part === "domain" ? part.version : null;
  return { name, role: part.part, kind: part.kind, version, declared, parts };
}

/** Refuses a part that declares what the command line does not allow. */
function checkAllowed({ role, kind: name, declared }: LoadedPart): void {
  const { allowed, folder, withheld } = request;
  const open: Allowed = { ...allowed, read: [...ownFolders(folder), ...allowed.read] };
  const refused = declaredAccess(declared).find(({ kind, name }) =>
    kind === "run"
      ? name !== withheld && !open.run.includes(name)
      : !open[kind].some((granted) => covers(kind, granted, name))
  );
  if (refused === undefined) return;
  const title = `${role.slice(0, 1).toUpperCase()}${role.slice(1)} "${name}"`;
  const does = `${accessVerbs[refused.kind]} ${refused.name}`;
  throw new UserError(`${title} ${does}, and may not; add --${refused.kind} ${refused.name}`);
}

async function examine({ part }: NamedPart): Promise<Omit<ValidateMessage & { type: "done" }, "type">> {
  if (part.part === "curriculum") return { splits: null, findings: await checkCurriculum(part) };
  if (part.part === "operator") return { splits: null, findings: await checkOperator(part) };
  return await examineDomain(part, {
    tasks: request.tasks,
    watch: (where) => send({ type: "watch", where }),
    progress: (split, played, of) => send({ type: "progress", split, played, of }),
  });
}

try {
  await check();
  exit(0);
} catch (error) {
  if (error instanceof UserError) {
    send({ type: "mistake", message: error.message });
    exit(0);
  }
  write(stderr, `error: ${errorMessage(error).replaceAll("\n", " ")}\n`);
  exit(1);
}
