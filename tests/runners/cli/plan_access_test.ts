import assert from "node:assert/strict";
import { compare, compile, exit, grpo, improve, sudoku, tinyTransformer, uniform } from "exitlab";
import { diversityBonus, featureExtraction } from "exitlab";
import type { Domain, DomainPermissions } from "exitlab/domain";
import type { DeclaredAccess } from "exitlab/lib/domain/declared_access.ts";
import type { CommandLine } from "exitlab/runners/cli/command.ts";
import { accessSection, undeclaredGrants } from "exitlab/runners/cli/plan_access.ts";

/** A domain that declares this. */
function declaring(permissions: DomainPermissions, size = 4): Domain {
  const domain: Domain = { ...sudoku({ size }), permissions };
  return { ...domain, rebuild: () => domain };
}

/** The words after a command that grants this. */
function granting(given: Readonly<Record<string, readonly string[]>>): CommandLine {
  return { words: [], flag: () => false, value: () => undefined, values: (name) => given[name] ?? [] };
}

const { jobs } = compile(compare({
  name: "touching",
  base: { policy: tinyTransformer(), objective: grpo(), budget: { iterations: 1 } },
  arms: {
    quiet: { domain: sudoku(), curriculum: uniform() },
    loud: {
      domain: declaring({ net: ["one.example"], read: ["/data/words"], run: ["/bin/sh"] }),
      curriculum: exit(),
      operators: [
        improve(),
        diversityBonus({ embedder: featureExtraction({ url: "http://two.example:8080/embed" }) }),
      ],
    },
  },
}));

Deno.test("accessSection() says of each part what it declares, and what of it is missing", async () => {
  const may = ({ name }: DeclaredAccess) => Promise.resolve(name === "one.example" || name === "/bin/sh");
  assert.deepEqual(await accessSection(jobs, granting({ net: ["one.example"], run: ["/bin/sh"] }), may), [
    "",
    "What may be touched                  as declared",
    "  domain sudoku of quiet             nothing",
    "  domain sudoku of loud              net one.example  (granted)",
    "  domain sudoku of loud              read /data/words  (missing: add --read /data/words)",
    "  domain sudoku of loud              run /bin/sh  (granted)",
    "  operators.diversity-bonus of loud  net two.example:8080  (missing: add --net two.example:8080)",
  ]);
});

Deno.test("accessSection() tells of what is granted and not declared", async () => {
  const line = granting({ net: ["three.example"], read: ["/data"], run: ["python3"] });
  const section = await accessSection(jobs, line, () => Promise.resolve(false));
  assert.match(
    section.join("\n"),
    /\n {2}--net three\.example +declared by no domain or operator; any module/,
  );
  assert.match(section.join("\n"), /\n {2}--run python3 +declared by no domain; any module/);
  assert.doesNotMatch(section.join("\n"), /--read \/data /, "what is declared lies in it");
});

Deno.test("undeclaredGrants() takes a host for each of its ports, and commas apart", () => {
  const options = (...net: string[]) => undeclaredGrants(jobs, granting({ net })).map(({ option }) => option);
  assert.deepEqual(options("one.example:443", "two.example"), []);
  assert.deepEqual(options("one.example,one.example.org"), ["--net one.example.org"]);
});
