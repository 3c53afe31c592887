/** Thrown by a tool that refuses a call: the world stays as it was and the policy sees the message. */
export class ToolError extends Error {}
