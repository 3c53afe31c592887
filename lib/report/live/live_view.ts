import type { Html } from "../page/html.ts";
import type { Region } from "./overview.ts";
import { pause } from "./pause.ts";

/** What changed in a view. */
export interface ViewNews {
  /** The version that this leads to. */
  readonly version: number;
  /** Markup of the regions that changed, by name. */
  readonly regions: Readonly<Record<string, string>>;
}

/** Numbers that grow, for the versions of several views. */
export interface Versions {
  /** The latest. */
  latest: number;
}

/** A page's regions as markup, each with the version that it has been the same since. */
export class LiveView {
  readonly #versions: Versions;
  readonly #regions = new Map<
    string,
    { readonly html: Html; readonly markup: string; readonly version: number }
  >();
  readonly #waiting = new Set<() => void>();
  #version = 0;

  /** Takes its versions from these, so that a view that takes another's place has none that was given before. */
  constructor(versions: Versions) {
    this.#versions = versions;
  }

  /** The latest version; 0 before there is any. */
  get version(): number {
    return this.#version;
  }

  /**
   * Makes regions anew and wakes those who wait if any is another than before.
   *
   * @param pictures Whether pictures are made anew too. Those that were never made are, in any case.
   */
  update(regions: readonly Region[], pictures: boolean): void {
    const version = this.#versions.latest + 1;
    for (const { name, picture, make } of regions) {
      const before = this.#regions.get(name);
      if (picture && !pictures && before !== undefined) continue;
      const html = make();
      const markup = String(html);
      if (before?.markup === markup) continue;
      this.#regions.set(name, { html, markup, version });
      this.#version = version;
    }
    if (this.#version !== version) return;
    this.#versions.latest = version;
    this.#wake();
  }

  /** All regions as they are, by name. */
  regions(): ReadonlyMap<string, Html> {
    return new Map([...this.#regions].map(([name, { html }]) => [name, html]));
  }

  /** What changed after a version; everything after 0. */
  since(version: number): ViewNews {
    const changed = [...this.#regions].filter(([, region]) => region.version > version);
    return {
      version: this.#version,
      regions: Object.fromEntries(changed.map(([name, { markup }]) => [name, markup])),
    };
  }

  /**
   * Waits until there is something after a version.
   *
   * @param milliseconds It waits no longer than this.
   * @returns What changed; `undefined` if nothing did.
   */
  async after(version: number, milliseconds: number, signal: AbortSignal): Promise<ViewNews | undefined> {
    if (this.#version <= version) await pause(milliseconds, signal, this.#waiting);
    return this.#version > version ? this.since(version) : undefined;
  }

  #wake(): void {
    for (const resolve of [...this.#waiting]) resolve();
  }
}
