import { type Attack, patient, type Scene } from "./attack.ts";

const quote = (text: string): string => JSON.stringify(text);

type Held = Pick<Attack, "limits" | "prepare" | "control"> & { readonly outcomes?: Attack["outcomes"] };

const imports = "import ctypes, os, signal, socket, subprocess, sys, threading, time\n";
const submit = (expression: string): string =>
  `open("working/submission.csv", "w").write(str(${expression}))`;

function attack(name: string, code: (scene: Scene) => string, held: Held = {}): Attack {
  const { prepare, ...rest } = held;
  return {
    name,
    code: (scene) => imports + code(scene),
    outcomes: ["failed"],
    ...rest,
    ...(prepare === undefined ? {} : { prepare: (scene) => imports + prepare(scene) }),
  };
}

const token = { control: "token" } as const;
const any = { outcomes: ["failed", "done", "died"] } as const;

/** Attempts in Python. */
export const pythonAttacks: readonly Attack[] = [
  // Files, read.
  attack("reads a file", ({ secret }) => submit(`open(${quote(secret)}).read()`), token),
  attack(
    "reads a file by a path upwards",
    ({ secret }) => submit(`open("../../../../../.." + ${quote(secret)}).read()`),
    token,
  ),
  attack(
    "reads the machine's users",
    () => submit(`open("/etc/passwd").read() + open("/etc/shadow").read()`),
  ),
  attack("lists the root's folders", ({ secret }) => submit(`os.listdir(os.path.dirname(${quote(secret)}))`)),
  attack(
    "submits a symbolic link",
    ({ secret }) => `os.symlink(${quote(secret)}, "working/submission.csv")`,
    { outcomes: ["done"], ...token },
  ),
  attack(
    "submits through a link in place of its folder",
    ({ secret }) => `os.rmdir("working"); os.symlink(os.path.dirname(${quote(secret)}), "working")`,
    { outcomes: ["done"] },
  ),
  attack("submits a hard link", ({ secret }) => `os.link(${quote(secret)}, "working/submission.csv")`, token),
  attack("submits a pipe", () => `os.mkfifo("working/submission.csv")`, { outcomes: ["done"] }),
  attack("submits a device", () => `os.symlink("/dev/zero", "working/submission.csv")`, {
    outcomes: ["done"],
  }),
  attack("submits a folder", () => `os.mkdir("working/submission.csv")`, any),
  attack("submits too much", () => submit(`"x" * 1_000_000`), {
    limits: patient,
    outcomes: ["done", "output"],
  }),
  attack("reads its environment", () => submit("dict(os.environ)"), { outcomes: ["done"], ...token }),
  attack(
    "reads /proc/1/environ",
    () => submit(`open("/proc/1/environ").read() + open("/proc/1/cmdline").read()`),
    any,
  ),
  attack(
    "reads what its parents were started with",
    ({ pid }) => submit(`open("/proc/${pid}/environ").read()`),
    any,
  ),
  attack("reads a disk", () => submit(`open("/dev/sda", "rb").read(99)`)),
  attack("reads memory of the machine", () => submit(`open("/dev/mem", "rb").read(99)`)),
  attack(
    "makes a device of its own",
    () => `os.mknod("disk", 0o60600, os.makedev(8, 0))\n${submit(`open("disk", "rb").read(99)`)}`,
  ),
  // The network.
  attack(
    "connects by TCP",
    ({ ports }) => submit(`socket.create_connection(("127.0.0.1", ${ports.tcp}), 1)`),
    { control: "connection" },
  ),
  attack(
    "sends by UDP",
    ({ ports }) =>
      submit(`socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"here", ("127.0.0.1", ${ports.udp}))`),
    { outcomes: ["failed", "done"], control: "connection" },
  ),
  attack(
    "connects to the machine's bus",
    () => `s = socket.socket(socket.AF_UNIX)\ns.connect("/run/dbus/system_bus_socket")\n${submit("1")}`,
  ),
  attack(
    "connects to an abstract socket",
    () => `s = socket.socket(socket.AF_UNIX)\ns.connect("\\0exitlab-attack")\n${submit("1")}`,
  ),
  attack("resolves a name", () => submit(`socket.getaddrinfo("example.com", 80)`)),
  attack("opens a raw socket", () => submit(`socket.socket(socket.AF_PACKET, socket.SOCK_RAW)`)),
  // Other programs and processes.
  attack(
    "runs a program",
    ({ secret }) =>
      submit(`subprocess.run(["cat", ${quote(secret)}], capture_output=True, check=True).stdout`),
    token,
  ),
  attack(
    "runs a program by the C library",
    ({ secret }) => `ctypes.CDLL(None).system(b"cat ${secret} > working/submission.csv")`,
    { outcomes: ["done"], ...token },
  ),
  attack("kills its parent", ({ pid }) => `os.kill(${pid}, 9)\n${submit("1")}`),
  attack("kills what watches it", () => "os.kill(os.getppid(), 9)\ntime.sleep(9)", { outcomes: ["died"] }),
  attack("kills everybody", () => "os.kill(-1, 9)\ntime.sleep(9)", { outcomes: ["died", "failed"] }),
  attack("kills the first process", () => `os.kill(1, 9)\n${submit("1")}`, any),
  attack(
    "traces what watches it",
    () =>
      `if ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == -1: raise OSError("refused")\n${submit("1")}`,
    { outcomes: ["failed", "done", "died", "time"] },
  ),
  attack(
    "leaves a process behind",
    () =>
      `if os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0:\n    for fd in range(64):\n      try: os.close(fd)\n      except OSError: pass\n    time.sleep(60)\n  os._exit(0)\n${
        submit("1")
      }`,
    { outcomes: ["done"] },
  ),
  attack("becomes root", () => `os.setuid(0)\n${submit(`open("/etc/shadow").read()`)}`),
  attack(
    "becomes root by a program",
    () => `subprocess.run(["/usr/bin/su", "-c", "id"], check=True, stdin=subprocess.DEVNULL)\n${submit("1")}`,
  ),
  attack(
    "makes a namespace of its own",
    () =>
      `subprocess.run(["/usr/bin/unshare", "-r", "-m", "sh", "-c", "mount -t tmpfs none /usr"], check=True)\n${
        submit("1")
      }`,
    any,
  ),
  attack(
    "mounts",
    () =>
      `if ctypes.CDLL(None, use_errno=True).mount(b"none", b"/usr", b"tmpfs", 0, 0) != 0: raise OSError("refused")\n${
        submit("1")
      }`,
  ),
  attack("changes its root", () => `os.chroot("/tmp")\n${submit("1")}`),
  attack("names the machine anew", () => `socket.sethostname("taken")\n${submit("1")}`, any),
  attack(
    "raises its limits",
    () => `import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (2**40, 2**40))\n${submit("1")}`,
  ),
  // Files, written.
  attack("writes a file", ({ canary }) => `open(${quote(canary)}, "w").write("here")`, {
    outcomes: ["failed", "done"],
    control: "canary",
  }),
  attack("writes into the system", () => `open("/usr/lib/python3/dist-packages/attack.py", "w").write("1")`),
  attack(
    "changes what it is given",
    () => `open("input/../../cell.py", "w").write("1")\n${submit(`os.listdir("/")`)}`,
    any,
  ),
  attack("keeps a file in /tmp", () => submit(`open("/tmp/kept").read()`), {
    prepare: ({ tokens }) => `open("/tmp/kept", "w").write(${quote(tokens[0] ?? "")})`,
  }),
  attack("keeps a module for the next", () => `import kept\n${submit("kept.token")}`, {
    prepare: ({ tokens }) =>
      `import site\nfolder = site.getusersitepackages()\nos.makedirs(folder)\nopen(folder + "/kept.py", "w").write("token = " + repr(${
        quote(tokens[0] ?? "")
      }))`,
  }),
  attack(
    "keeps a segment of shared memory",
    () =>
      `libc = ctypes.CDLL(None)\nlibc.shmat.restype = ctypes.c_void_p\nat = libc.shmget(4242, 4096, 0)\nif at < 0: raise OSError("none")\n${
        submit("ctypes.string_at(libc.shmat(at, None, 0))")
      }`,
    {
      prepare: ({ tokens }) =>
        `libc = ctypes.CDLL(None)\nlibc.shmat.restype = ctypes.c_void_p\nat = libc.shmget(4242, 4096, 0o1777)\nctypes.memmove(libc.shmat(at, None, 0), ${
          quote(tokens[0] ?? "")
        }.encode(), 36)`,
    },
  ),
  // Too much.
  attack("fills memory", () => `kept = []\nwhile True: kept.append(bytearray(b"x" * 4_000_000))`, {
    limits: patient,
    outcomes: ["memory"],
  }),
  attack(
    "maps memory",
    () =>
      `import mmap\nkept = []\nwhile True:\n  kept.append(mmap.mmap(-1, 4_000_000)); kept[-1].write(b"x" * 4_000_000)`,
    { limits: patient, outcomes: ["memory"] },
  ),
  attack(
    "fills memory in children",
    () =>
      `for _ in range(3):\n  if os.fork() == 0:\n    kept = bytearray(b"x" * 60_000_000); time.sleep(9)\ntime.sleep(9)`,
    { limits: patient, outcomes: ["memory"] },
  ),
  attack(
    "fills files in memory",
    () =>
      `kept = []\nwhile True:\n  kept.append(os.memfd_create("kept"))\n  while os.write(kept[-1], b"x" * 1_000_000): pass`,
    { outcomes: ["failed", "time", "memory"] },
  ),
  attack(
    "fills its folder",
    () => `at = 0\nwhile True:\n  open(f"/tmp/{at}", "wb").write(b"x" * 1_000_000); at += 1`,
  ),
  attack(
    "writes one file too large",
    () => `with open("/tmp/large", "wb") as file:\n  while True: file.write(b"x" * 1_000_000)`,
  ),
  attack("forks without end", () => "while True: os.fork()", {
    outcomes: ["failed", "processes", "time", "died"],
  }),
  attack(
    "starts threads without end",
    () => "while True: threading.Thread(target=time.sleep, args=(9,)).start()",
    { outcomes: ["failed", "time", "memory", "died"] },
  ),
  attack("prints without end", () => `while True: print("x" * 1000)`, {
    limits: patient,
    outcomes: ["output"],
  }),
  attack("prints errors without end", () => `while True: print("x" * 1000, file=sys.stderr)`, {
    limits: patient,
    outcomes: ["output"],
  }),
  attack("never ends", () => "while True: pass", { outcomes: ["time"] }),
  attack("sleeps", () => "time.sleep(99)", { outcomes: ["time"] }),
  attack(
    "never ends and ignores signals",
    () =>
      "for each in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU): signal.signal(each, signal.SIG_IGN)\nwhile True: pass",
    { outcomes: ["time"] },
  ),
  attack("stops itself", () => "os.kill(os.getpid(), signal.SIGSTOP)", { outcomes: ["time"] }),
  // Reports.
  attack(
    "prints reports of its own",
    () => `print('\\n{"value":"forged"}')\nprint('{"over":"time"}')\n${submit(`"submitted"`)}`,
    { outcomes: ["done"] },
  ),
  attack(
    "writes to what watches it",
    () =>
      `open(f"/proc/{os.getppid()}/fd/1", "w").write('\\n{"value":"forged"}\\n')\n${submit(`"submitted"`)}`,
    any,
  ),
  attack(
    "finds the mark of its report",
    () =>
      `at = os.getppid()\nwith open(f"/proc/{at}/mem", "rb") as memory: memory.seek(0); memory.read(9)\n${
        submit("1")
      }`,
    any,
  ),
  attack("ends without a submission", () => "sys.exit(0)", { outcomes: ["done"] }),
  attack("ends with a code", () => "sys.exit(3)"),
  attack("submits what is no text", () => `open("working/submission.csv", "wb").write(bytes(range(256)))`, {
    outcomes: ["done"],
  }),
  attack(
    "removes its own folder",
    () => `import shutil\nos.chdir("/")\nshutil.rmtree("/cell/box", ignore_errors=True)`,
    { outcomes: ["done"] },
  ),
];
