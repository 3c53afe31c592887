/**
 * Whether one side of an equation names what the other side gives the value of, as in `x = 3`, `f(2) = 3` or `AB = 3`. In
 * `2x = 3` and `x^2 = 3` it does not: the value is that of something else.
 *
 * @module
 */
import { bracketed, pieces, splitTop } from "./scan.ts";

const greek =
  ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau phi chi psi omega " +
    "Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega").split(" ").join("|");
const letter = String.raw`(?:[a-zA-Z]|\\(?:ell|hbar|${greek})(?![a-zA-Z]))`;
const index = String.raw`(?:\s*_\s*(?:\w|\\[a-zA-Z]+|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}))?`;
const mark = String.raw`(?:\s*(?:'|\^\s*(?:\*|\\cdot|\{\s*(?:\*|-1|\([\w+]+\)|'+)\s*\})))*`;
const decorated = String
  .raw`\\(?:bar|overline|hat|widehat|tilde|vec|overrightarrow|dot|ddot|mathbb)\s*(?:\{\s*${letter}\s*\}|${letter})`;
const single = String.raw`(?:\\Delta\s*)?(?:${decorated}|${letter})${index}${mark}${index}`;
const points = String.raw`(?:[A-Z](?:_\{?\w\}?|')*\s*){1,6}`;

const greekLetter = new RegExp(String.raw`^\\(?:ell|hbar|${greek})$`);

/** A variable, a derivative, or a matrix that is turned around. */
const variable = new RegExp(
  String
    .raw`^(?:${single}|[A-Z]\s*\^\s*\{?\s*(?:T|\\top|-1|c)\s*\}?|\\frac\s*\{\s*(?:d|\\partial)[^{}]*\}\s*\{\s*(?:d|\\partial)[^{}]*\}\s*(?:${single}\s*)?(?:\([^()]*\))?)$`,
);
/** What geometry names by its points: a segment, an angle, a figure, a length or an area. */
const figure = new RegExp(
  String
    .raw`^(?:m?\s*\\(?:angle|measuredangle|triangle|odot)\s*(?:${points}|\d|${letter})|${points}|\\(?:overline|overrightarrow|vec|widehat|bar)\s*\{\s*${points}\})$`,
);
/** What is called before its arguments. */
const called = new RegExp(
  String
    .raw`^(?:${single}|\\(?:text|mathrm|operatorname)\s*\{[^{}]*\}|[a-zA-Z]{3,}|\\[a-zA-Z]{3,}|\([^()]*\\circ[^()]*\))${mark}\s*(?=[([])`,
);
/** Functions and operators with what they are of, without room for a power. */
const operated =
  /^\\(?:sin|cos|tan|cot|sec|csc|arcsin|arccos|arctan|sinh|cosh|tanh|max|min|sup|inf|gcd|lcm|det|dim|deg|arg|Re|Im|Pr|lim|int|iint|oint|sum|prod|phi)(?![a-zA-Z])(?!\s*\^(?!\s*\{?\s*(?:-1|\\circ)))/;
const trigonometric = /\\(?:sin|cos|tan|cot|sec|csc)(?![a-zA-Z])/g;
/** Words as they are typed: at least four letters, or three that are no product. */
const typedWords = /^(?=.*(?:[a-z]{4}|[A-Z][a-z]{2}|\b(?:sum|ans|max|min)\b))[a-zA-Z][a-zA-Z\s]*$/;

/** Whether the text of a side names a value: it is an unknown, a call, a label in words, or several of these in brackets. */
export function isValueName(text: string): boolean {
  if (variable.test(text) || figure.test(text) || isWords(text)) return true;
  const group = bracketed(text);
  if (group !== undefined) {
    const { open, inner } = group;
    if (open === "{") return isValueName(inner);
    return figure.test(inner) ||
      /^[(\\]/.test(open) && splitTop(inner, new Set([",", ":"])).every(isValueName);
  }
  return isSize(text) || isCall(text) || isOperated(text) || isProportion(text);
}

/** Whether a text has letters, Latin or Greek, other than those of commands, π, e and i. */
export function hasUnknowns(text: string): boolean {
  const letters = text.replaceAll(/\\[a-zA-Z]+/g, (command) => greekLetter.test(command) ? "x" : " ");
  return /[a-zA-Z]/.test(letters.replaceAll(/(?<![a-zA-Z])[ei](?![a-zA-Z])/g, " "));
}

/** A label in words, such as `\text{Area of } ABC`, without a calculation in it. */
function isWords(text: string): boolean {
  if (typedWords.test(text)) return true;
  if (!/\\text\s*\{[^{}]*[a-zA-Z]/.test(text)) return false;
  return !/[-+*/^\d]|\\(?:cdot|times|frac)/.test(text.replaceAll(/\\text\s*\{[^{}]*\}/g, ""));
}

/** `|z|`, `|AB|` and `\|v\|`, but not `|x|`: a real number is not named by its absolute value. */
function isSize(text: string): boolean {
  if (/^\\\|.*\\\|$/s.test(text)) return true;
  const [, inner = ""] = /^\|\s*([^|]*[^|\s])\s*\|$/.exec(text) ?? [];
  return /^\{?\s*[u-wz]\s*\}?(?:_\{?\w\}?)?$|\\(?:vec|overrightarrow|overline|cap|cup)/.test(inner) ||
    figure.test(inner);
}

function isCall(text: string): boolean {
  const [name] = called.exec(text) ?? [];
  const group = name === undefined ? undefined : bracketed(text.slice(name.length));
  if (name === undefined || group === undefined || !/^[([]$/.test(group.open)) return false;
  // x(x + 1) is a product.
  const hasSum = pieces(group.inner).some(({ text, at, depth }) =>
    depth === 0 && at > 0 && /^[-+]$/.test(text)
  );
  return !hasSum || !/^[a-eik-or-z]\s*$/.test(name);
}

function isOperated(text: string): boolean {
  if (!operated.test(text) || (text.match(trigonometric)?.length ?? 0) > 1) return false;
  return pieces(text).every(({ text, at, depth }) => depth > 0 || at === 0 || !/^[-+=]$/.test(text));
}

/** Names in proportion, such as `a : b`, `AB : CD` and `\frac{AB}{CD}`; sets that are united. */
function isProportion(text: string): boolean {
  const [, top = "", bottom = ""] = /^\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}$/.exec(text) ?? [];
  if (figure.test(top.trim()) && figure.test(bottom.trim())) return true;
  const parts = splitTop(text, new Set([":", "\\cap", "\\cup", "\\setminus"]));
  return parts.length > 1 && parts.every(isValueName);
}
