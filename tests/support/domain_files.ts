import { join } from "node:path";

/** Files of a test's own, in a folder that goes with it. */
export interface DomainFiles {
  /** The folder. */
  readonly folder: string;
  /** A file with this text; a module is loaded once in a process, so that each has a name of its own. */
  readonly fileWith: (text: string, extension?: string) => string;
  /** A file that exports the digits domain, changed. */
  readonly digitsWith: (change: string) => string;
}

/** Makes the folder, and has it removed after all tests of the file. */
export function domainFiles(): DomainFiles {
  const folder = Deno.makeTempDirSync();
  Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));
  const digits = new URL("./digit_domain.ts", import.meta.url).href;
  let files = 0;
  const fileWith = (text: string, extension = ".ts"): string => {
    const path = join(folder, `file_${files++}${extension}`);
    Deno.writeTextFileSync(path, text);
    return path;
  };
  const digitsWith = (change: string): string =>
    fileWith(`
      import { digits } from "${digits}";
      const sound = digits({ tasks: 50 });
      const changed = {
        ...sound,
        rebuild: () => changed,
        tasks: (split) => ({
          size: 50,
          at: (index) => ({ id: \`\${split}-\${index}\`, task: { answer: String(index % 4 + 1), of: split + index } }),
        }),
        prompt: ({ of }) => [{ role: "user", content: of }],
        reference: ({ answer }) => [answer],
        perturbed: ({ answer }) => ["5", "0" + answer],
        ${change}
      };
      export default changed;`);
  return { folder, fileWith, digitsWith };
}
