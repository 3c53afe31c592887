import { asKey, asText, itemAt } from "../arguments.ts";
import { asDict, getDict, getList, loaded } from "../attributes.ts";
import { draw, withGenerator } from "../drawing.ts";
import { add } from "../python/arithmetic.ts";
import { equal } from "../python/equal.ts";
import { PythonError } from "../python/error.ts";
import { str } from "../python/text.ts";
import { dict, type PyDict, type PyValue, truthy } from "../python/value.ts";
import { method, type Simulator } from "../simulator.ts";

/** The seed of message ids. */
const seed = 200191;

/** A workspace whose users send one another messages. */
export const messageApi: Simulator = {
  name: "MessageAPI",
  methods: new Map([
    ["add_contact", method(["user_name"], addContact)],
    ["delete_message", method(["receiver_id"], whenLoggedIn(deleteMessage))],
    ["get_message_stats", method([], whenLoggedIn(stats))],
    ["get_user_id", method(["user"], getUserId)],
    ["list_users", method([], (self) => dict({ user_list: [...getDict(self, "user_map").keys()] }))],
    [
      "message_get_login_status",
      method([], (self) => dict({ login_status: truthy(self.get("current_user") ?? null) })),
    ],
    ["message_login", method(["user_id"], login)],
    ["search_messages", method(["keyword"], whenLoggedIn(search))],
    ["send_message", method(["receiver_id", "message"], whenLoggedIn(send))],
    ["view_messages_sent", method([], whenLoggedIn(viewSent))],
  ]),
  load: (scenario) => {
    const self = loaded(scenario, {
      generated_ids: new Set(),
      user_count: 4n,
      user_map: dict({ Alice: "USR001", Bob: "USR002", Catherine: "USR003", Daniel: "USR004" }),
      inbox: [
        dict({ USR002: "My name is Alice. I want to connect." }),
        dict({ USR003: "Could you upload the file?" }),
        dict({ USR004: "Could you upload the file?" }),
      ],
      message_count: 3n,
      current_user: null,
    });
    return withGenerator(self);
  },
};

function addContact(self: PyDict, [name = null]: readonly PyValue[]): PyDict {
  const users = getDict(self, "user_map");
  if (itemAt(users, name) !== undefined) return dict({ error: `User name '${str(name)}' already exists.` });
  const count = add(self.get("user_count") ?? null, 1n);
  const id = `USR${String(count).padStart(3, "0")}`;
  self.set("user_count", count);
  if (isUser(self, id)) return dict({ error: `User ID '${id}' already exists.` });
  users.set(asKey(name) ?? str(name), id);
  return dict({ added_status: true, user_id: id, message: `Contact '${str(name)}' added successfully.` });
}

function getUserId(self: PyDict, [name = null]: readonly PyValue[]): PyDict {
  const id = itemAt(getDict(self, "user_map"), name);
  return id === undefined
    ? dict({ error: `User '${str(name)}' not found in the workspace.` })
    : dict({ user_id: id });
}

function login(self: PyDict, [id = null]: readonly PyValue[]): PyDict {
  if (!isUser(self, id)) return dict({ login_status: false, message: `User ID '${str(id)}' not found.` });
  self.set("current_user", id);
  return dict({ login_status: true, message: `User '${str(id)}' logged in successfully.` });
}

function send(self: PyDict, [receiver = null, message = null]: readonly PyValue[]): PyDict {
  if (!isUser(self, receiver)) return dict({ error: `Receiver ID '${str(receiver)}' not found.` });
  const id = newId(self);
  getList(self, "inbox").push(new Map([[asKey(receiver) ?? "", message]]));
  self.set("message_count", add(self.get("message_count") ?? null, 1n));
  return dict({
    sent_status: true,
    message_id: dict({ new_id: id }),
    message: `Message sent to '${str(receiver)}' successfully.`,
  });
}

/** Removes the message to a receiver that was sent last. */
function deleteMessage(self: PyDict, [receiver = null]: readonly PyValue[]): PyDict {
  const inbox = getList(self, "inbox");
  for (const [at, item] of [...inbox.entries()].reverse()) {
    if (equal(firstOf(item)[0], receiver)) {
      inbox.splice(at, 1);
      return dict({
        deleted_status: true,
        receiver_id: receiver,
        message: `Receiver ${str(receiver)}'s latest message deleted successfully.`,
      });
    }
  }
  return dict({ error: `Receiver ID ${str(receiver)} not found.` });
}

function viewSent(self: PyDict): PyDict {
  const messages: PyDict = new Map();
  for (const item of getList(self, "inbox")) {
    const [receiver, message] = firstOf(item);
    const sent = messages.get(receiver);
    if (Array.isArray(sent)) sent.push(message);
    else messages.set(receiver, [message]);
  }
  return dict({ messages });
}

function search(self: PyDict, [keyword = null]: readonly PyValue[]): PyDict {
  const wanted = asText(keyword, "lower").toLowerCase();
  const results = getList(self, "inbox").map(firstOf)
    .filter(([, message]) => asText(message, "lower").toLowerCase().includes(wanted))
    .map(([receiver, message]) => dict({ receiver_id: receiver, message }));
  return dict({ results });
}

function stats(self: PyDict): PyDict {
  const receivers = getList(self, "inbox").map((item) => firstOf(item)[0]);
  return dict({
    stats: dict({
      received_count: BigInt(receivers.length),
      total_contacts: BigInt(new Set(receivers).size),
    }),
  });
}

/** An id of five digits that no message has yet. */
function newId(self: PyDict): bigint {
  const known = self.get("generated_ids");
  if (!(known instanceof Set)) {
    throw new PythonError("AttributeError", "'list' object has no attribute 'add'");
  }
  const id = draw(self, seed, (random) => {
    let id = BigInt(random.randint(10_000, 99_999));
    while (known.has(id)) id = BigInt(random.randint(10_000, 99_999));
    return id;
  });
  known.add(id);
  return id;
}

function whenLoggedIn(
  act: (self: PyDict, args: readonly PyValue[]) => PyDict,
): (self: PyDict, args: readonly PyValue[]) => PyDict {
  return (self, args) =>
    truthy(self.get("current_user") ?? null)
      ? act(self, args)
      : dict({ error: "No user is currently logged in." });
}

function isUser(self: PyDict, id: PyValue): boolean {
  return [...getDict(self, "user_map").values()].some((each) => equal(each, id));
}

/** The receiver and the message of an item of the inbox. */
function firstOf(item: PyValue): [string | bigint, PyValue] {
  const [first] = asDict(item);
  if (first === undefined) throw new PythonError("IndexError", "list index out of range");
  return first;
}
