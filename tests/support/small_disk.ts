/** A file system of a few hundred kilobytes, for tests of full disks; it takes root on Linux. */
export async function mountSmallDisk(folder: string, size: string): Promise<AsyncDisposable | undefined> {
  if (!await run("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder)) return undefined;
  return {
    [Symbol.asyncDispose]: async () => {
      await run("umount", folder);
    },
  };
}

async function run(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** Whether this process may mount one; tests that need it are skipped, and named, where it may not. */
export const canMount: boolean = await probe();

async function probe(): Promise<boolean> {
  const folder = await Deno.makeTempDir();
  const disk = await mountSmallDisk(folder, "64k");
  await disk?.[Symbol.asyncDispose]();
  await Deno.remove(folder);
  return disk !== undefined;
}
