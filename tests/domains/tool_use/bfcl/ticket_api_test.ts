import { ticketApi } from "exitlab/domains/tool_use/bfcl/ticket_api/ticket_api.ts";
import { checkFacts, checkProperties, type Fact } from "./simulator_checks.ts";

const scenario =
  '{"ticket_queue": [{"id": 1, "title": "Leak", "description": "", "status": "Open", "priority": 3, "created_by": "ann"}], "ticket_counter": 2}';

// What the original gives to these calls, one after another.
const facts: readonly Fact[] = [
  [
    "create_ticket",
    '{"title": "x"}',
    '{"error": "User not authenticated. Please log in to create a ticket."}',
  ],
  ["ticket_login", '{"username": "", "password": "p"}', '{"success": false}'],
  ["ticket_login", '{"username": "ann", "password": "p"}', '{"success": true}'],
  [
    "create_ticket",
    '{"title": "Noise", "priority": 6}',
    '{"error": "Invalid priority. Priority must be between 1 and 5."}',
  ],
  [
    "create_ticket",
    '{"title": "Noise", "priority": 2.5}',
    '{"id": 2, "title": "Noise", "description": "", "status": "Open", "priority": 2.5, "created_by": "ann"}',
  ],
  [
    "get_ticket",
    '{"ticket_id": 2.0}',
    '{"id": 2, "title": "Noise", "description": "", "status": "Open", "priority": 2.5, "created_by": "ann"}',
  ],
  ["get_ticket", '{"ticket_id": "2"}', '{"error": "Ticket with ID 2 not found."}'],
  [
    "edit_ticket",
    '{"ticket_id": 2, "updates": {"priority": null, "status": "In Progress"}}',
    '{"status": "Ticket 2 has been updated successfully."}',
  ],
  ["edit_ticket", '{"ticket_id": 2, "updates": {"id": 9}}', '{"error": "Invalid fields for update: id"}'],
  [
    "edit_ticket",
    '{"ticket_id": 2, "updates": "x"}',
    "Error during execution: 'str' object has no attribute 'keys'",
  ],
  [
    "resolve_ticket",
    '{"ticket_id": 2, "resolution": "done"}',
    '{"status": "Ticket 2 has been resolved successfully."}',
  ],
  [
    "resolve_ticket",
    '{"ticket_id": 2, "resolution": "again"}',
    '{"error": "Ticket with ID 2 is already resolved."}',
  ],
  ["close_ticket", '{"ticket_id": 2}', '{"status": "Ticket 2 has been closed successfully."}'],
  ["close_ticket", '{"ticket_id": 2}', '{"error": "Ticket with ID 2 is already closed."}'],
  [
    "get_user_tickets",
    '{"status": "cLOSED"}',
    "[{'id': 2, 'title': 'Noise', 'description': '', 'status': 'Closed', 'priority': 2.5, 'created_by': 'ann', 'resolution': 'done'}]",
  ],
  [
    "get_user_tickets",
    "{}",
    "[{'id': 1, 'title': 'Leak', 'description': '', 'status': 'Open', 'priority': 3, 'created_by': 'ann'}, {'id': 2, 'title': 'Noise', 'description': '', 'status': 'Closed', 'priority': 2.5, 'created_by': 'ann', 'resolution': 'done'}]",
  ],
  ["logout", "{}", '{"success": true}'],
  ["get_user_tickets", "{}", "[{'error': 'User not authenticated. Please log in to view tickets.'}]"],
  ["logout", "{}", '{"success": false}'],
  [
    "create_ticket",
    "{}",
    "Error during execution: TicketAPI.create_ticket() missing 1 required positional argument: 'title'",
  ],
];

Deno.test("TicketAPI gives what the original gives, call after call", () => {
  checkFacts(ticketApi, scenario, facts);
});

Deno.test("TicketAPI is a pure reducer that survives JSON and raises only what Python would", () => {
  checkProperties(ticketApi, scenario, [
    "ann",
    "p",
    1n,
    2n,
    2,
    "1",
    5n,
    "Open",
    "closed",
    new Map([["status", "Closed"]]),
  ]);
});
