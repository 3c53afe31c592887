/**
 * The commands of a piece of shell, each as its words: comments are left out, quotes taken away, and what comes after a pipe,
 * a `&&` or a redirection is not of the command.
 */
export function shellCommands(text: string): string[][] {
  const commands: string[][] = [];
  for (const line of text.replaceAll(/\\\n\s*/g, " ").split("\n")) {
    let words: string[] = [];
    for (const [, double, single, plain = ""] of line.matchAll(/"((?:\\.|[^"])*)"|'([^']*)'|([^\s"']+)/g)) {
      if (plain.startsWith("#")) break;
      if (["&&", "|", ">", ";"].includes(plain)) {
        commands.push(words);
        words = [];
      } else words.push(double ?? single ?? plain);
    }
    commands.push(words);
  }
  return commands.filter((words) => words.length > 0);
}
