/**
 * The rules of an experiment as types: what cannot work is refused in the editor, with a sentence as the type that
 * was wanted. `check_settings.ts` refuses the same at run time.
 *
 * @module
 */
import type { Quick, SettingsInput } from "./experiment.ts";
import type { Checkpointing, Evaluation, GreedySearch, Sampling } from "./settings.ts";

/** The name of the function that makes a part of this kind. */
type Factory<Kind extends string> = `${Camel<Kind>}()`;
type Camel<Kind extends string> = Kind extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Kind;

/** The setting of an arm: its own, or else the base's. */
type Setting<Base, Arm, Key> = Key extends keyof Arm ? Arm[Key]
  : Key extends keyof Base ? Base[Key]
  : undefined;

/** The first literal that occurs twice in a list; `never` if none does, or if the list is not known. */
type Twice<List> = List extends readonly [infer Head, ...infer Tail]
  ? Head extends Literal<Tail[number]> ? Head : Twice<Tail>
  : never;
type Literal<Value> = Value extends string ? string extends Value ? never : Value
  : Value extends number ? number extends Value ? never : Value
  : never;

type KindsOf<Parts> = { [Index in keyof Parts]: Parts[Index] extends { kind: infer Kind } ? Kind : never };

/** The kinds of the operators that have this flag set. */
type KindsWith<Flag extends "iterates" | "needsAttempts", Operators> = Operators extends
  readonly (infer Operator)[]
  ? Operator extends { [Key in Flag]: true } & { kind: infer Kind extends string } ? Kind : never
  : never;

/** Operators that a curriculum gives nothing to work on. */
type NothingToWorkOn<Curriculum, Operators> =
  | (Curriculum extends { histories: false; kind: infer Kind extends string }
    ? `${Factory<KindsWith<"iterates", Operators>>} has nothing to work on with ${Factory<Kind>}`
    : never)
  | (Curriculum extends { histories: false; longestChain: 1; kind: infer Kind extends string }
    ? `${Factory<KindsWith<"needsAttempts", Operators>>} has nothing to work on with ${Factory<Kind>}`
    : never);

/** Operators that occur twice. */
type OperatorTwice<Operators> = `Only one ${Factory<Twice<KindsOf<Operators>> & string>} can work in an arm`;

/** What a part asks of a domain's traits that the domain does not have. */
type Unmet<Part, Domain> = Part extends { kind: infer Kind extends string; needs: infer Needs }
  ? Domain extends { kind: string; traits: infer Traits } ? {
      [Trait in keyof Needs & keyof Traits & string]: [Needs[Trait] & Traits[Trait]] extends [never]
        ? `${Factory<Kind>} needs a domain whose ${Trait} is ${Needs[Trait] & (string | boolean)}`
        : never;
    }[keyof Needs & keyof Traits & string]
  : never
  : never;

type Required = "domain" | "policy" | "objective" | "curriculum" | "budget";

/** The required settings that neither base nor arm has. */
type Lacking<Base, Arm> = Exclude<Required, keyof Base | keyof Arm>;

/** Everything that cannot work in an arm, as sentences; `never` if nothing is wrong. */
export type Impossible<Base, Arm> = [Lacking<Base, Arm>] extends [never] ?
    | NothingToWorkOn<Setting<Base, Arm, "curriculum">, Setting<Base, Arm, "operators">>
    | OperatorTwice<Setting<Base, Arm, "operators">>
    | Unmet<Setting<Base, Arm, "curriculum">, Setting<Base, Arm, "domain">>
  : `Missing setting "${Lacking<Base, Arm>}"`;

type Plain = {
  budget: { tokens: unknown; rollouts: unknown; iterations: unknown };
  sampling: Sampling;
  evaluate: Evaluation;
  checkpoint: Checkpointing;
};

type KnownKeys<Value, Known> = {
  [Key in keyof Value]: Key extends keyof Known
    ? Key extends "search" ? KnownKeys<Value[Key], GreedySearch> : unknown
    : `Unknown setting "${Key & string}"`;
};

/** Refuses unknown keys of settings, at both levels. */
export type CheckKeys<Settings> = {
  [Key in keyof Settings]: Key extends keyof Plain ? KnownKeys<Settings[Key], Plain[Key]>
    : Key extends keyof SettingsInput ? unknown
    : `Unknown setting "${Key & string}"`;
};

/** Refuses an arm that cannot work with its base; says nothing where the base's type is not known. */
type CheckArm<Base, Arm> = unknown extends Base ? CheckKeys<Arm>
  : [Impossible<Base, Arm>] extends [never] ? CheckKeys<Arm>
  : Impossible<Base, Arm>;

/** Refuses arms that cannot work with their base; `null` stands for an arm that is removed. */
export type CheckArms<Base, Arms> = {
  [Name in keyof Arms]: Arms[Name] extends null ? unknown : CheckArm<Base, Arms[Name]>;
};

/** Refuses seeds that are none, or not all different. */
export type CheckSeeds<Seeds> = Seeds extends readonly [] ? "At least one seed is needed"
  : [Twice<Seeds>] extends [never] ? unknown
  : `Seed ${Twice<Seeds> & number} occurs twice`;

/** The specification of one arm without what is not a setting. */
export type SettingsOf<Spec> = Omit<Spec, "name" | "seeds" | "quick">;

/** The setting that the editor underlines when a combination cannot work. */
type Culprit<Spec> = "operators" extends keyof Spec ? "operators" : "curriculum";

/** Refuses a specification of one arm that cannot work. */
export type CheckSingle<Spec> = [Impossible<Spec, unknown>] extends [never] ? {
    [Key in keyof Spec]: Key extends "name" ? unknown
      : Key extends "seeds" ? CheckSeeds<Spec[Key]>
      : Key extends "quick" ? KnownKeys<Spec[Key], Quick>
      : CheckKeys<Pick<Spec, Key>>[Key];
  }
  : { [Key in keyof Spec]: Key extends Culprit<Spec> ? Impossible<Spec, unknown> : unknown };

/** A base with some settings replaced. */
export type ExtendedBase<Base, Change> = Change extends { readonly base: infer New }
  ? Omit<Base, keyof New> & New
  : Base;

/** Arms with some replaced, added or (where `null`) removed. */
export type ExtendedArms<Arms, Change> = Change extends { readonly arms: infer New }
  ? Omit<Arms, keyof New> & { [Name in keyof New as New[Name] extends null ? never : Name]: New[Name] }
  : Arms;

/** What a change makes impossible in the arms that it leaves as they are. */
type Broken<Base, Arms> = unknown extends Base ? never
  : { [Name in keyof Arms]: Impossible<Base, Arms[Name]> }[keyof Arms];

/** Refuses a change that leads to an experiment that cannot work. */
export type CheckChange<Base, Arms, Change> = {
  [Key in keyof Change]: Key extends "base"
    ? [Broken<ExtendedBase<Base, Change>, ExtendedArms<Arms, Change>>] extends [never]
      ? CheckKeys<Change[Key]>
    : Broken<ExtendedBase<Base, Change>, ExtendedArms<Arms, Change>>
    : Key extends "arms" ? CheckArms<ExtendedBase<Base, Change>, Change[Key]>
    : Key extends "seeds" ? CheckSeeds<Change[Key]>
    : Key extends "quick" ? KnownKeys<Change[Key], Quick>
    : Key extends "name" ? unknown
    : `Unknown key "${Key & string}" of a change: settings go under base or arms`;
};
