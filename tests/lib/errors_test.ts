import assert from "node:assert/strict";
import { errorMessage, UserError } from "../../lib/errors.ts";

Deno.test("UserError is an Error with a name of its own", () => {
  const error = new UserError("Expected a file but found a folder", { cause: 7 });
  assert.ok(error instanceof Error);
  assert.equal(error.name, "UserError");
  assert.equal(String(error), "UserError: Expected a file but found a folder");
  assert.equal(error.cause, 7);
});

Deno.test("errorMessage() gives the text of anything thrown", () => {
  assert.equal(errorMessage(new RangeError("far")), "far");
  assert.equal(errorMessage("text"), "text");
  assert.equal(errorMessage(undefined), "undefined");
  assert.equal(errorMessage({ toString: () => "odd" }), "odd");
});
