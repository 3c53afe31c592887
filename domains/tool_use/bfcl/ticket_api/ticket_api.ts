import { asText } from "../arguments.ts";
import { asDict, get, getList, loaded } from "../attributes.ts";
import { add, compare } from "../python/arithmetic.ts";
import { equal } from "../python/equal.ts";
import { PythonError } from "../python/error.ts";
import { str } from "../python/text.ts";
import { dict, isDict, type PyDict, type PyValue, truthy, typeName } from "../python/value.ts";
import { method, type Simulator } from "../simulator.ts";

/** A queue of support tickets. */
export const ticketApi: Simulator = {
  name: "TicketAPI",
  methods: new Map([
    ["close_ticket", method(["ticket_id"], onTicket(close))],
    ["create_ticket", method(["title", ["description", ""], ["priority", 1n]], create)],
    ["edit_ticket", method(["ticket_id", "updates"], onTicket(edit))],
    ["get_ticket", method(["ticket_id"], onTicket((ticket) => ticket))],
    ["get_user_tickets", method([["status", null]], userTickets)],
    ["logout", method([], logout)],
    ["resolve_ticket", method(["ticket_id", "resolution"], onTicket(resolve))],
    ["ticket_get_login_status", method([], (self) => dict({ login_status: truthy(user(self)) }))],
    ["ticket_login", method(["username", "password"], login)],
  ]),
  load: (scenario) => loaded(scenario, { ticket_queue: [], ticket_counter: 1n, current_user: null }),
};

function create(
  self: PyDict,
  [title = null, description = null, priority = null]: readonly PyValue[],
): PyDict {
  if (!truthy(user(self))) {
    return dict({ error: "User not authenticated. Please log in to create a ticket." });
  }
  if (compare(priority, 1n) < 0 || compare(priority, 5n, ">") > 0) {
    return dict({ error: "Invalid priority. Priority must be between 1 and 5." });
  }
  const id = self.get("ticket_counter") ?? 1n;
  const ticket = dict({ id, title, description, status: "Open", priority, created_by: user(self) });
  getList(self, "ticket_queue").push(ticket);
  self.set("ticket_counter", add(id, 1n));
  return ticket;
}

function close(ticket: PyDict, [id = null]: readonly PyValue[]): PyDict {
  if (equal(get(ticket, "status"), "Closed")) {
    return dict({ error: `Ticket with ID ${str(id)} is already closed.` });
  }
  ticket.set("status", "Closed");
  return dict({ status: `Ticket ${str(id)} has been closed successfully.` });
}

function resolve(ticket: PyDict, [id = null, resolution = null]: readonly PyValue[]): PyDict {
  if (equal(get(ticket, "status"), "Resolved")) {
    return dict({ error: `Ticket with ID ${str(id)} is already resolved.` });
  }
  ticket.set("status", "Resolved");
  ticket.set("resolution", resolution);
  return dict({ status: `Ticket ${str(id)} has been resolved successfully.` });
}

const editable: ReadonlySet<PyValue> = new Set(["title", "description", "status", "priority"]);

function edit(ticket: PyDict, [id = null, updates = null]: readonly PyValue[]): PyDict {
  if (!isDict(updates)) {
    throw new PythonError("AttributeError", `'${typeName(updates)}' object has no attribute 'keys'`);
  }
  const invalid = [...updates.keys()].filter((name) => !editable.has(name));
  if (invalid.length > 0) return dict({ error: `Invalid fields for update: ${invalid.join(", ")}` });
  for (const [name, value] of updates) if (value !== null) ticket.set(name, value);
  return dict({ status: `Ticket ${str(id)} has been updated successfully.` });
}

function userTickets(self: PyDict, [status = null]: readonly PyValue[]): PyDict[] {
  if (!truthy(user(self))) {
    return [dict({ error: "User not authenticated. Please log in to view tickets." })];
  }
  const own = getList(self, "ticket_queue").map(asDict).filter((ticket) =>
    equal(get(ticket, "created_by"), user(self))
  );
  if (!truthy(status)) return own;
  return own.filter((ticket) =>
    asText(get(ticket, "status"), "lower").toLowerCase() === asText(status, "lower").toLowerCase()
  );
}

function login(self: PyDict, [name = null, password = null]: readonly PyValue[]): PyDict {
  const success = truthy(name) && truthy(password);
  if (success) self.set("current_user", name);
  return dict({ success });
}

function logout(self: PyDict): PyDict {
  const success = truthy(user(self));
  if (success) self.set("current_user", null);
  return dict({ success });
}

function user(self: PyDict): PyValue {
  return self.get("current_user") ?? null;
}

/** What is done to the first ticket whose id is the first argument. */
function onTicket(
  act: (ticket: PyDict, args: readonly PyValue[]) => PyDict,
): (self: PyDict, args: readonly PyValue[]) => PyDict {
  return (self, args) => {
    const [id = null] = args;
    const ticket = getList(self, "ticket_queue").map(asDict).find((each) => equal(get(each, "id"), id));
    return ticket === undefined ? dict({ error: `Ticket with ID ${str(id)} not found.` }) : act(ticket, args);
  };
}
