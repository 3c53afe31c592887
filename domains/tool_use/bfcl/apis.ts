import { fileSystem } from "./file_system/file_system.ts";
import { mathApi } from "./math_api/math_api.ts";
import { messageApi } from "./message_api/message_api.ts";
import type { Simulator } from "./simulator.ts";
import { ticketApi } from "./ticket_api/ticket_api.ts";
import { tradingBot } from "./trading_bot/trading_bot.ts";
import { travelApi } from "./travel_api/travel_api.ts";
import { twitterApi } from "./twitter_api/twitter_api.ts";
import { vehicleControl } from "./vehicle_control/vehicle_control.ts";

/** An API class: its simulator, and the file of `data/func_doc` that describes its methods. */
export interface Api {
  /** Its behaviour. */
  readonly simulator: Simulator;
  /** The file's name. */
  readonly doc: string;
}

/** The eight API classes by name. */
export const apis: ReadonlyMap<string, Api> = new Map(
  [
    { simulator: fileSystem, doc: "gorilla_file_system.json" },
    { simulator: mathApi, doc: "math_api.json" },
    { simulator: messageApi, doc: "message_api.json" },
    { simulator: twitterApi, doc: "posting_api.json" },
    { simulator: ticketApi, doc: "ticket_api.json" },
    { simulator: tradingBot, doc: "trading_bot.json" },
    { simulator: travelApi, doc: "travel_booking.json" },
    { simulator: vehicleControl, doc: "vehicle_control.json" },
  ].map((api) => [api.simulator.name, api]),
);
