/**
 * Domains in which a policy acts through tools.
 *
 * @module
 */
export * from "./define_tool.ts";
export { openaiFormat } from "./openai_format.ts";
export { pythonFormat } from "./python_format.ts";
export type { StandardSchema } from "./standard_schema.ts";
export { tagsFormat } from "./tags_format.ts";
export * from "./tool.ts";
export * from "./tool_behaviour.ts";
export type { ToolFormat, ToolFormatOptions, ToolReply } from "./tool_format.ts";
export * from "./tool_state.ts";
