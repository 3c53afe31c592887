// Prints where this Deno is, so that a task can allow the launcher to start it and no other program.
Deno.stdout.writeSync(new TextEncoder().encode(Deno.execPath()));
