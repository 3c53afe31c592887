import { shell } from "./supervised.ts";

/** What this machine has to hold programs with. */
export interface Surroundings {
  /** Whether bubblewrap starts programs here: it may be missing, or the kernel may not let it. */
  readonly bubblewrap: boolean;
  /** Whether this process is root, so that a program can be given another user. */
  readonly root: boolean;
  /** Whether processes can be watched through `/proc`. */
  readonly watch: boolean;
  /** The Python found; empty if there is none. */
  readonly python: string;
}

/** The user of programs, the one that owns nothing. */
const nobody = "65534";

/**
 * Arguments that hide everything: no network, no processes but its own, no user, no environment, `/usr` to read and a
 * small `/tmp` in memory to write.
 */
const walls: readonly string[] = [
  "--unshare-all",
  "--die-with-parent",
  "--new-session",
  "--clearenv",
  ..."--ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/bin /bin".split(
    " ",
  ),
  ..."--proc /proc --dev /dev --remount-ro /dev --setenv LC_ALL C.UTF-8 --setenv PATH /usr/bin".split(" "),
];

/** A command within bubblewrap whose user is nobody to those inside, though it has the files of whoever started it. */
export function wrapped(options: readonly string[], command: readonly string[]): string[] {
  const user = ["--unshare-user", "--uid", nobody, "--gid", nobody, "--cap-drop", "ALL"];
  return ["bwrap", ...walls, ...user, ...options, ...command];
}

/** A command within bubblewrap whose user is nobody to everyone where root starts it, so that limits of a user bind it. */
export function wrappedAsNobody(
  root: boolean,
  options: readonly string[],
  command: readonly string[],
): string[] {
  const leave = root ? ["setpriv", "--reuid", nobody, "--regid", nobody, "--clear-groups"] : [];
  return [...leave, ...wrapped(options, command)];
}

/** Finds out what this machine has. */
export async function findSurroundings(python: string): Promise<Surroundings> {
  const plain = wrapped([], ["/usr/bin/true"]);
  const asNobody = wrappedAsNobody(true, [], ["/usr/bin/true"]);
  const script = `
    root=false; [ "$(id -u)" = 0 ] && root=true
    held=false; "$@" && { [ $root = false ] || ${asNobody.join(" ")}; } && held=true
    watch=false; [ -r /proc/self/statm ] && [ -r /proc/self/task/$$/children ] && watch=true
    found=; [ -x "$PYTHON" ] && found=$PYTHON
    echo "$root $held $watch $found"`;
  const { stdout } = await new Deno.Command(shell, {
    args: ["-c", script, "find", ...plain],
    clearEnv: true,
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", PYTHON: python },
    stdin: "null",
    stderr: "null",
  }).output();
  const [root, bubblewrap, watch, ...found] = new TextDecoder().decode(stdout).trim().split(" ");
  return {
    root: root === "true",
    bubblewrap: bubblewrap === "true",
    watch: watch === "true",
    python: found.join(" "),
  };
}
