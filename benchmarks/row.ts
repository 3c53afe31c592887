/** Prints one figure of a benchmark. */
export function row(name: string, value: string, remark: string = ""): void {
  const line = `${name.padEnd(58)} ${value.padStart(22)}  ${remark}`.trimEnd();
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
