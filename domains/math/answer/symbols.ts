/**
 * What people type for what LaTeX has commands for.
 *
 * @module
 */

/** Two backslashes before a command's name: text that was escaped twice. Before anything else they break a line. */
export const escapedTwice: RegExp =
  /(?<!\\)\\\\(?=(?:d?frac|sqrt|text|mathrm|left|right|pi|cdot|times|infty|cup|cap|pm|leq?|geq?|boxed|begin|end)(?![a-z]))/g;

/** Greek letters by name; also typed bare, as in `2 pi r`. */
const greek = [
  ..."alpha beta gamma delta epsilon zeta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
    .split(" "),
  "eta",
  ..."Gamma Delta Theta Lambda Sigma Phi Psi Omega".split(" "),
];

/** Functions that are typed without a backslash. */
const functions = [
  ..."arcsin arccos arctan sinh cosh tanh sin cos tan cot sec csc log ln exp max min gcd lcm".split(" "),
];

/** A word that stands for a command when no letter or backslash is beside it. */
export const typedCommands: RegExp = new RegExp(
  `(?<![\\\\a-zA-Z])(?:${[...functions, ...greek, "infty", "cdot", "times", "pm"].join("|")})(?![a-zA-Z])`,
  "g",
);

/** Characters and what they stand for in LaTeX. */
export const characters: ReadonlyMap<string, string> = new Map([
  ...pairs(
    "α\\alpha β\\beta γ\\gamma δ\\delta ε\\epsilon ζ\\zeta η\\eta θ\\theta κ\\kappa λ\\lambda μ\\mu µ\\mu ν\\nu ξ\\xi",
  ),
  ...pairs(
    "π\\pi ρ\\rho σ\\sigma τ\\tau φ\\phi ϕ\\phi χ\\chi ψ\\psi ω\\omega Γ\\Gamma Δ\\Delta Θ\\Theta Λ\\Lambda Π\\Pi",
  ),
  ...pairs(
    "Σ\\Sigma Φ\\Phi Ψ\\Psi Ω\\Omega ×\\times ·\\cdot ⋅\\cdot ∙\\cdot ∗\\cdot *\\cdot ÷/ ∕/ ⁄/ −- –- —- ‐- ‑- ＝=",
  ),
  ...pairs(
    "∞\\infty ∪\\cup ∩\\cap ∈\\in ∉\\notin ≤\\le ≦\\le ⩽\\le ≥\\ge ≧\\ge ⩾\\ge ≠\\ne ≈\\approx ≡\\equiv ∅\\emptyset",
  ),
  ...pairs(
    "∖\\setminus ±\\pm ∓\\mp √\\sqrt ∛\\sqrt[3] °^\\circ º^\\circ ′' ’' ⟨\\langle ⟩\\rangle ∧\\wedge ∨\\vee →\\to",
  ),
  ...pairs(
    "ℝ\\mathbb{R} ℤ\\mathbb{Z} ℕ\\mathbb{N} ℚ\\mathbb{Q} ℂ\\mathbb{C} ⌊\\lfloor ⌋\\rfloor ⌈\\lceil ⌉\\rceil ∣|",
  ),
  ...[..."½1/2 ⅓1/3 ⅔2/3 ¼1/4 ¾3/4 ⅕1/5 ⅖2/5 ⅗3/5 ⅘4/5 ⅙1/6 ⅚5/6 ⅛1/8 ⅜3/8 ⅝5/8 ⅞7/8".split(" ")].map(
    (each): [string, string] => [each[0] ?? "", `\\frac{${each.slice(1).replace("/", "}{")}}`],
  ),
]);

/** Raised and lowered characters, and the plain ones that they stand for. */
export const raised: ReadonlyMap<string, string> = zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ", "0123456789+-()ni");
/** Lowered characters. */
export const lowered: ReadonlyMap<string, string> = zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₙₖᵢ", "0123456789+-()nki");

/** Commands that mean the same as another. */
export const synonyms: ReadonlyMap<string, string> = new Map([
  ...commands("frac", "dfrac tfrac cfrac nicefrac sfrac"),
  ...commands("binom", "dbinom tbinom"),
  ...commands("text", "textbf textit textrm textsf texttt textnormal mbox hbox emph operatorname"),
  ...commands("le", "leq leqslant leqq lte"),
  ...commands("ge", "geq geqslant geqq gte"),
  ...commands("ne", "neq"),
  ...commands("emptyset", "varnothing"),
  ...commands("setminus", "smallsetminus backslash"),
  ...commands("epsilon", "varepsilon"),
  ...commands("phi", "varphi"),
  ...commands("theta", "vartheta"),
  ...commands("cdot", "ast bullet"),
  ...commands("circ", "degree"),
  ...commands("approx", "simeq cong thickapprox doteq"),
  ...commands("to", "rightarrow longrightarrow"),
  ...commands("dots", "ldots cdots dotsc dotsb dotsm dotso"),
  ["\\lt", "<"],
  ["\\gt", ">"],
  ["\\lbrace", "\\{"],
  ["\\rbrace", "\\}"],
  ["\\lbrack", "["],
  ["\\rbrack", "]"],
  ["\\lparen", "("],
  ["\\rparen", ")"],
  ["\\lvert", "|"],
  ["\\rvert", "|"],
  ["\\vert", "|"],
  ["\\mid", "|"],
  ["\\colon", ":"],
  ["\\div", "/"],
  ["\\land", "\\wedge"],
  ["\\lor", "\\vee"],
  ["\\prime", "'"],
  ["\\degree", "^\\circ"],
  ["\\percent", "%"],
  ["\\euro", "€"],
  ["\\pounds", "£"],
]);

/** Commands that change how something looks and not what it is. */
export const decoration: ReadonlySet<string> = new Set(
  ("left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle scriptstyle " +
    "limits nolimits mathbf boldsymbol bm mathit mathsf mathtt mathcal mathscr mathfrak mathrel mathop mathbin hfill " +
    "noindent centering rm bf it tt sf cal large Large small tiny normalsize null relax phantom strut qed blacksquare square")
    .split(" ").map((name) => `\\${name}`),
);

/** Commands that only make room. */
export const room: ReadonlySet<string> = new Set(
  [
    "\\,",
    "\\;",
    "\\:",
    "\\!",
    "\\ ",
    "\\>",
    "\\quad",
    "\\qquad",
    "\\thinspace",
    "\\enspace",
    "\\space",
    "\\hspace",
    "\\newline",
  ],
);

function pairs(text: string): [string, string][] {
  return text.split(" ").map((each) => [each[0] ?? "", each.slice(1)]);
}

function zip(from: string, to: string): ReadonlyMap<string, string> {
  return new Map([...from].map((each, at) => [each, to[at] ?? ""]));
}

function commands(name: string, others: string): [string, string][] {
  return others.split(" ").map((other) => [`\\${other}`, `\\${name}`]);
}
