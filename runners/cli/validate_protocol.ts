/**
 * What `validate` and the process in which it checks a part tell each other.
 *
 * @module
 */
import type { SplitReport } from "../../lib/domain/conformance.ts";
import type { Split } from "../../lib/domain/domain.ts";
import type { Finding } from "../../lib/domain/finding.ts";
import type { Allowed } from "./validate_grants.ts";

/** What is to be checked. */
export interface ValidateRequest {
  /** Begins each message of the answer, so that it is told from what the part prints. */
  readonly mark: string;
  /** The word that names the parts. */
  readonly word: string;
  /** Which of them. */
  readonly index: number;
  /** Tasks of each split. */
  readonly tasks: number | "all";
  /** The part's own folder; `null` where it has none. */
  readonly folder: string | null;
  /** What the part may have if it declares it. */
  readonly allowed: Allowed;
  /** A program that it declares and is not to have, to see whether it does without. */
  readonly withheld: string | null;
}

/** What a part says of itself once it is loaded. */
export interface LoadedPart {
  /** What to call it. */
  readonly name: string;
  /** The role it plays. */
  readonly role: "domain" | "curriculum" | "operator";
  /** Its kind. */
  readonly kind: string;
  /** The version of a domain's rules; `null` for other parts. */
  readonly version: string | null;
  /** What it declares that it touches. */
  readonly declared: Allowed;
  /** How many parts the word names. */
  readonly parts: number;
}

/** A message of the process. */
export type ValidateMessage =
  | { readonly type: "loaded"; readonly part: LoadedPart }
  | { readonly type: "watch"; readonly where: string }
  | { readonly type: "progress"; readonly split: Split; readonly played: number; readonly of: number }
  | {
    readonly type: "done";
    readonly splits: { readonly [Name in Split]: SplitReport } | null;
    readonly findings: readonly Finding[];
  }
  /** A mistake of the user's. */
  | { readonly type: "mistake"; readonly message: string };
