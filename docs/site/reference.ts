import { type Html, html } from "../../lib/report/page/html.ts";
import type { ApiEntry, ApiModule } from "./api.ts";
import type { DocComment } from "./doc_json.ts";
import { highlight } from "./highlight.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Heading } from "./markdown.ts";

/** How entries are put into their page. */
export interface ReferencePlace {
  /** The address of a symbol, from the page; `undefined` if it has no entry. */
  symbol(name: string): string | undefined;
  /** The address of a line of a source file, from the page. */
  source(path: string, line: number): string;
  /** The address of the page that a file of the documentation became, from the page; `undefined` if it is none. */
  page(path: string): string | undefined;
  /** The address of a link within a comment. */
  address(href: string): string;
}

/** A page of the reference. */
export interface ReferencePage {
  /** What stands in it. */
  readonly body: Html;
  /** The headings of its groups. */
  readonly headings: readonly Heading[];
  /** The anchors of its entries and groups. */
  readonly anchors: readonly string[];
}

/** What a folder's symbols are about; the first that begins a path counts. */
const groups: readonly (readonly [folder: string, title: string])[] = [
  ["lib/experiment/", "Experiments and plans"],
  ["lib/domain/sandbox/", "The sandbox"],
  ["lib/domain/tool/", "Tools"],
  ["domains/", "Domains that come with it"],
  ["lib/domain/", "Domains"],
  ["lib/curriculum/", "Curricula"],
  ["lib/operator/", "Operators"],
  ["lib/objective/", "Objectives"],
  ["lib/engine/", "Engines"],
  ["lib/notebook/", "Notebooks"],
  ["lib/metrics/", "Metrics"],
  ["lib/loop/", "The loop"],
];

/** What belongs to no folder of these. */
const rest = "Helpers";

/** The page of a module. */
export function modulePage(
  { name, comment, entries, handedOn }: ApiModule,
  place: ReferencePlace,
): ReferencePage {
  const grouped = Map.groupBy(
    entries,
    ({ source: { path } }) => groups.find(([folder]) => path.startsWith(folder))?.[1] ?? rest,
  );
  const intro = html`
    <h1 id="top"><code>${name}</code></h1>
    ${prose(comment.doc, place)}
    <p>${entries.length + handedOn.length} symbols, as <code>import { … } from "${name}"</code>.</p>
    ${handedOn.map((each) =>
      html`<p id="${each}"><a href="${place.symbol(each) ?? ""}"><code>${each}</code></a> is handed on.</p>`
    )}
  `;
  return grouped.size > 1 ? groupedPage(intro, grouped, handedOn, place) : {
    body: html`${intro}${index(entries)}${entries.map((entry) => one(entry, place))}`,
    headings: [],
    anchors: ["top", ...handedOn, ...entries.map((entry) => entry.name)],
  };
}

/** The page of the types that declarations of the modules name. */
export function typesPage(types: readonly ApiEntry[], place: ReferencePlace): ReferencePage {
  const sorted = types.toSorted((a, b) => a.name < b.name ? -1 : 1);
  return {
    body: html`
      <h1 id="top">Types behind the interface</h1>
      <p>What the declarations of the modules name without exporting it: options with their defaults, and what functions
      give. They can be imported from the file that each names.</p>
      ${index(sorted)}
      ${sorted.map((entry) => one(entry, place))}
    `,
    headings: [],
    anchors: ["top", ...sorted.map(({ name }) => name)],
  };
}

function groupedPage(
  intro: Html,
  grouped: ReadonlyMap<string, readonly ApiEntry[]>,
  handedOn: readonly string[],
  place: ReferencePlace,
): ReferencePage {
  const sections = Array.from(grouped, ([title, entries]) => ({
    heading: { depth: 2, text: title, id: `group-${title.toLowerCase().replaceAll(" ", "-")}` },
    entries,
  }));
  return {
    body: html`${intro}${
      sections.map(({ heading, entries }) =>
        html`<h2 id="${heading.id}">${heading.text}</h2>${index(entries)}${
          entries.map((entry) => one(entry, place))
        }`
      )
    }`,
    headings: sections.map(({ heading }) => heading),
    anchors: [
      "top",
      ...handedOn,
      ...sections.flatMap(({ heading, entries }) => [heading.id, ...entries.map(({ name }) => name)]),
    ],
  };
}

function index(entries: readonly ApiEntry[]): Html {
  return html`<ul class="index">${
    entries.map(({ name }) => html`<li><a href="#${name}"><code>${name}</code></a></li>`)
  }</ul>`;
}

function one({ name, kind, signatures, comment, members, source }: ApiEntry, place: ReferencePlace): Html {
  const code = (text: string): Html =>
    html`<pre class="scroll" tabindex="0"><code>${
      highlight(text, "ts", (word) => word === name ? undefined : place.symbol(word))
    }</code></pre>`;
  return html`
    <section class="entry">
      <h3 id="${name}"><code>${name}</code> <span class="kind">${kindName(kind)}</span>
        <a class="anchor" href="#${name}" aria-label="This symbol">#</a></h3>
      ${prose(comment.doc, place)}
      ${signatures.map(code)}
      ${tags(comment, place)}
      ${members.map((member) =>
        html`<div class="member">${code(member.signature)}${prose(member.comment.doc, place)}${
          tags(member.comment, place)
        }</div>`
      )}
      <p class="faint"><a href="${place.source(source.path, source.line)}">${source.path}</a></p>
    </section>
  `;
}

function kindName(kind: string): string {
  return kind === "typeAlias" ? "type" : kind === "variable" ? "constant" : kind;
}

/** Parameters, results, errors and examples of a comment. */
function tags({ tags }: DocComment, place: ReferencePlace): Html {
  const of = (...kinds: string[]) => tags.filter(({ kind }) => kinds.includes(kind));
  const terms = [
    ...of("param", "template").map(({ name = "", doc = "" }) => [html`<code>${name}</code>`, doc] as const),
    ...of("return").map(({ doc = "" }) => [html`gives`, doc] as const),
    ...of("throws").map(({ tsType, doc = "" }) =>
      [html`throws ${tsType?.repr === undefined ? "" : html`<code>${tsType.repr}</code>`}`, doc] as const
    ),
  ];
  return html`${
    terms.length === 0 ? "" : html`<dl>${
      terms.map(([term, doc]) =>
        html`
          <dt>${term}</dt>
          <dd>${prose(doc, place)}</dd>
        `
      )
    }</dl>`
  }${of("example").map(({ doc = "" }) => prose(doc, place))}`;
}

/** Text of a comment; symbols and pages that it names are links. */
function prose(text: string, place: ReferencePlace): Html {
  const known = new Set<string>();
  const link = (words: string, address: string | undefined): string => {
    if (address === undefined) return words;
    known.add(address);
    return `[${words}](${address})`;
  };
  const linked = text
    .replaceAll(/\{@link(?:code|plain)? ([^}]*)\}/g, (_, target: string) => {
      const name = target.replace(/^.*\./, "").trim();
      return link(`\`${name}\``, place.symbol(name));
    })
    .replaceAll(/`?\bdocs\/[\w/]+\.md\b`?/g, (words) => link(words, place.page(words.replaceAll("`", ""))));
  return renderMarkdown(linked, {
    address: (href) => known.has(href) ? href : place.address(href),
    name: (word) => place.symbol(word),
    deeper: 3,
  }).body;
}
