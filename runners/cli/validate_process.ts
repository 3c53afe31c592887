import { stripVTControlCharacters } from "node:util";
import type { Finding } from "../../lib/domain/finding.ts";
import { UserError } from "../../lib/errors.ts";
import { isPackage } from "./plugin_address.ts";
import { projectFlags } from "./project.ts";
import { type Access, readAccess } from "./validate_access.ts";
import { validateGrants } from "./validate_grants.ts";
import type { LoadedPart, ValidateMessage, ValidateRequest } from "./validate_protocol.ts";

/** What came of checking a part in a process of its own. */
export interface CheckedPart {
  /** What it says of itself. */
  readonly part: LoadedPart;
  /** What was played of a domain; `null` for other parts, and where the check did not end. */
  readonly splits: (ValidateMessage & { readonly type: "done" })["splits"];
  /** What is wrong. */
  readonly findings: readonly Finding[];
  /** What it asked the system for, while it was loaded and after. */
  readonly accesses: readonly Access[];
}

/** How a part is checked. */
export interface CheckSurroundings {
  /** Told where things stand. */
  readonly progress: (message: ValidateMessage & { readonly type: "progress" }, part: LoadedPart) => void;
  /** Gets what the part writes, line by line. */
  readonly output: (line: string) => void;
  /**
   * The time without a sign of life after which a domain is stopped that waits for no program and no host (milliseconds). It is
   * ten times as long for other parts.
   */
  readonly patience: number;
  /** The time after which a part is stopped whose modules still load (milliseconds). */
  readonly loading: number;
}

/** How the last words of a process begin that tell why it ends: those of Deno, of its engine, and of what checks the part. */
const lastWords = /^(?:error: |# |<--- )?(?=Uncaught |Fatal |Top-level )|^error: /;

/** What Deno says where a promise is waited for that nothing will ever settle. */
const neverSettled = "Top-level await promise never resolved";

/**
 * Checks a part in a Deno process that has what the part declares and nothing else.
 *
 * @throws {UserError} If the part cannot be loaded, or asks for what the command line does not allow.
 */
export async function checkApart(
  request: ValidateRequest,
  { progress, output, patience, loading }: CheckSurroundings,
): Promise<CheckedPart> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...[
        "run",
        "--quiet",
        "--no-prompt",
        ...projectFlags(),
        // What is only looked at does not come to stand in a lock file.
        ...isPackage(request.word) ? ["--no-lock"] : [],
        ...validateGrants(request.folder, request.allowed),
      ],
      new URL("./validate_child.ts", import.meta.url).href,
    ],
    // Deno itself notes there, line by line, what is asked for.
    env: Deno.build.os === "windows" ? {} : { DENO_AUDIT_PERMISSIONS: "/dev/stderr" },
    // The mark, by which messages are told from what the part prints, stands in no argument that the part could read.
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const asked = child.stdin.getWriter();
  // A process that ends before it reads says so by its code.
  const ask = asked.write(new TextEncoder().encode(JSON.stringify(request))).then(() => asked.close()).catch(
    () => {},
  );
  const heard = new Heard();
  const watchdog = new Watchdog(() => child.kill("SIGKILL"));
  const hear = (message: ValidateMessage): void => {
    heard.take(message);
    if (message.type === "progress" && heard.part !== undefined) progress(message, heard.part);
    if (heard.part !== undefined) {
      watchdog.wait(patience * (waits(heard.part) ? 10 : silence[heard.part.role]));
    }
  };
  watchdog.wait(loading);
  const accesses: Access[] = [];
  let last = "";
  let playing = false;
  const listen = eachLine(child.stdout, (line) => {
    const at = line.indexOf(request.mark);
    if (at !== 0 && line !== "") output(at < 0 ? line : line.slice(0, at));
    if (at >= 0) hear(JSON.parse(line.slice(at + request.mark.length)));
  });
  const note = eachLine(child.stderr, (line) => {
    const access = readAccess(line, playing);
    if (access !== undefined) accesses.push(access);
    else if (line === request.mark) playing = true;
    else if (line.trim() !== "") {
      const said = stripVTControlCharacters(line).trim();
      if (lastWords.test(said)) last = said.replace(lastWords, "");
      output(line);
    }
  });
  const [{ code }] = await Promise.all([child.status, listen, note, ask]).finally(() => watchdog.stop());
  const { part, done, mistake, where } = heard;
  if (mistake !== undefined) throw new UserError(mistake);
  if (part === undefined) {
    throw new UserError(`Cannot load ${request.word}: ${unloaded(watchdog.struckAfter, code, last)}`);
  }
  if (done !== undefined) return { part, splits: done.splits, findings: done.findings, accesses };
  const finding = watchdog.struckAfter !== null
    ? hangs(where, watchdog.struckAfter)
    : ends(where, code, last);
  return { part, splits: null, findings: [finding], accesses };
}

/** What the process has told so far. */
class Heard {
  part: LoadedPart | undefined;
  done: (ValidateMessage & { readonly type: "done" }) | undefined;
  mistake: string | undefined;
  /** What it plays. */
  where = "Checking it";

  take(message: ValidateMessage): void {
    if (message.type === "loaded") this.part = message.part;
    if (message.type === "watch") this.where = message.where;
    if (message.type === "done") this.done = message;
    if (message.type === "mistake") this.mistake = message.message;
  }
}

/** Strikes once nothing was heard for a while. */
class Watchdog {
  readonly #strike: () => void;
  #stop: () => void = () => {};
  /** The time that it waited before it struck (milliseconds); `null` until then. */
  struckAfter: number | null = null;

  constructor(strike: () => void) {
    this.#strike = strike;
  }

  /** Begins to wait anew, so many milliseconds. */
  wait(patience: number): void {
    this.#stop();
    const timer = setTimeout(() => {
      this.struckAfter = patience;
      this.#strike();
    }, patience);
    this.#stop = () => clearTimeout(timer);
  }

  stop(): void {
    this.#stop();
  }
}

/** How much longer than a domain each may be silent: what is no domain tells nothing while it is checked. */
const silence: Readonly<Record<LoadedPart["role"], number>> = { domain: 1, operator: 10, curriculum: 10 };

/** Whether a part waits for programs or hosts, which have limits of their own. */
function waits({ declared: { run, net } }: LoadedPart): boolean {
  return run.length + net.length > 0;
}

/** Why nothing was heard of a part. */
function unloaded(patience: number | null, code: number, why: string): string {
  if (patience !== null) {
    return `its module did not come to an end within ${
      seconds(patience)
    }; take out what it does beside defining things`;
  }
  return `its module ended the process with code ${code}${why === "" ? ", as Deno.exit() does" : `: ${why}`}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toLocaleString("en")} s`;
}

function hangs(where: string, patience: number): Finding {
  return {
    check: "slow",
    message: `${where} did not end within ${seconds(patience)}`,
    fix:
      "Let each function come to an end: cut the response before it is read, such as response.slice(0, 1000), use no " +
      "pattern that repeats what repeats, such as (\\d+)*, and no loop that the response decides the end of",
  };
}

function ends(where: string, code: number, why: string): Finding {
  if (why === neverSettled) {
    const fix =
      "Let what step() waits for come to an end, also where nothing comes: AbortSignal.timeout(10_000)";
    return { check: "crash", message: `${where} waits for a promise that nothing settles`, fix };
  }
  return {
    check: "crash",
    message: `${where} ended the process with code ${code}${why === "" ? "" : `: ${why}`}`,
    fix:
      "Let step() return or throw: no Deno.exit(), no promise that nobody waits for, no memory without bounds, and " +
      "nothing changed or taken away that all modules share, such as Array.prototype",
  };
}

/** Hands on the lines of a stream as they come. */
async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
  if (rest !== "") take(rest);
}
