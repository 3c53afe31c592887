/** Whether a file is there; of this many bytes, if that is asked. */
export async function exists(path: string, size?: number): Promise<boolean> {
  try {
    const info = await Deno.stat(path);
    return info.isFile && (size === undefined || info.size === size);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
