// Keeps the page up to date: each message holds the parts that changed, as markup that the server made and escaped.
// The page's policy lets no other script run, in whatever stands in them.

const main = document.querySelector("main");
const connection = document.getElementById("connection");
const changed = document.getElementById("changed");
const alertCount = document.getElementById("alert-count");
const address = main.dataset.events;
/** The version of what is shown; a server that has no such version sends everything. */
let since = main.dataset.since;
let source = null;
let again = 0;
/** Parts that wait, for the reader has marked text in them. */
const waiting = new Map();

/** Writes words somewhere. Those of a status are read out, so that they are left alone while they stay the same. */
const say = (place, text) => {
  if (place.textContent !== text) place.textContent = text;
};

const focusable = (part) => [...part.querySelectorAll("a,summary,[tabindex]")];

/** Puts markup in the place of a part; what is open stays open, and what has the focus keeps it. */
const replace = (name, markup) => {
  const part = document.getElementById(`region-${name}`);
  if (part === null) return;
  const marked = getSelection();
  if (marked !== null && !marked.isCollapsed && part.contains(marked.anchorNode)) {
    waiting.set(name, markup);
    return;
  }
  waiting.delete(name);
  const open = [...part.querySelectorAll("details")].map((details) => details.open);
  const focused = focusable(part).indexOf(document.activeElement);
  part.innerHTML = markup;
  for (const [at, details] of part.querySelectorAll("details").entries()) details.open = open[at] === true;
  if (name === "alerts") {
    const count = part.querySelectorAll("li").length;
    say(alertCount, count === 0 ? "No alerts" : count === 1 ? "1 alert" : `${count} alerts`);
  }
  if (focused >= 0) focusable(part)[focused]?.focus({ preventScroll: true });
};

const listen = () => {
  clearTimeout(again);
  source = new EventSource(`${address}&since=${encodeURIComponent(since)}`);
  source.onopen = () => say(connection, "Live");
  source.onmessage = (message) => {
    since = message.lastEventId;
    for (const [name, markup] of Object.entries(JSON.parse(message.data))) replace(name, markup);
    say(connection, "Live");
    say(changed, `last change at ${new Date().toLocaleTimeString()}`);
  };
  source.onerror = () => {
    say(connection, "The server does not answer; what stands here is its last word. Trying again …");
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(again);
    again = setTimeout(listen, 3000);
  };
};

const rest = () => {
  clearTimeout(again);
  source?.close();
};

document.addEventListener("selectionchange", () => {
  for (const [name, markup] of [...waiting]) replace(name, markup);
});

// A page that nobody sees asks for nothing.
document.addEventListener("visibilitychange", () => {
  rest();
  if (!document.hidden) listen();
});
addEventListener("pagehide", rest);
if (!document.hidden) listen();
