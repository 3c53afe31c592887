import { asKey } from "../arguments.ts";
import { at, failure, get, getDict, itemsOf, loaded } from "../attributes.ts";
import { draw, withGenerator } from "../drawing.ts";
import { add, asNumber, compare, divide, float, multiply, subtract } from "../python/arithmetic.ts";
import { equal } from "../python/equal.ts";
import { PythonError } from "../python/error.ts";
import { dict, type PyDict, type PyValue, truthy, typeName } from "../python/value.ts";
import { method, type Simulator } from "../simulator.ts";
import { distances, zipCodes } from "./places.ts";

/** The seed of speeds and temperatures. */
const seed = 141053;

/** Gallons that the tank holds, and miles that one of them lasts. */
const [tank, milesPerGallon] = [50, 20];

/** A car: doors, engine, brakes, climate, tires, and what it knows of the world. */
export const vehicleControl: Simulator = {
  name: "VehicleControlAPI",
  methods: new Map([
    ["activateParkingBrake", method(["mode"], activateParkingBrake)],
    [
      "adjustClimateControl",
      method(["temperature", ["unit", "celsius"], ["fanSpeed", 50n], ["mode", "auto"]], adjustClimate),
    ],
    ["check_tire_pressure", method([], checkTirePressure)],
    ["displayCarStatus", method(["option"], displayStatus)],
    ["display_log", method(["messages"], (_self, [messages = null]) => dict({ log: messages }))],
    ["estimate_distance", method(["cityA", "cityB"], estimateDistance)],
    ["estimate_drive_feasibility_by_mileage", method(["distance"], estimateFeasibility)],
    ["fillFuelTank", method(["fuelAmount"], fill)],
    [
      "find_nearest_tire_shop",
      method([], () => dict({ shopLocation: "456 Oakwood Avenue, Rivermist, 83214" })),
    ],
    [
      "gallon_to_liter",
      method(["gallon"], (_self, [gallon = null]) => dict({ liter: scaled(gallon, 3.78541) })),
    ],
    ["get_current_speed", method([], (self) => dict({ currentSpeed: uniform(self, 0, 120) }))],
    [
      "get_outside_temperature_from_google",
      method([], (self) => dict({ outsideTemperature: uniform(self, -10, 40) })),
    ],
    ["get_outside_temperature_from_weather_com", method([], () => dict({ error: 404n }))],
    ["get_zipcode_based_on_city", method(["city"], zipCode)],
    [
      "liter_to_gallon",
      method(["liter"], (_self, [liter = null]) => dict({ gallon: scaled(liter, 0.264172) })),
    ],
    ["lockDoors", method(["unlock", "door"], lockDoors)],
    ["pressBrakePedal", method(["pedalPosition"], pressBrakePedal)],
    ["releaseBrakePedal", method([], releaseBrakePedal)],
    ["setCruiseControl", method(["speed", "activate", "distanceToNextVehicle"], setCruiseControl)],
    ["setHeadlights", method(["mode"], setHeadlights)],
    ["set_navigation", method(["destination"], setNavigation)],
    ["startEngine", method(["ignitionMode"], startEngine)],
  ]),
  load: (scenario) => {
    const unlocked = "unlocked";
    const self = loaded(scenario, {
      fuelLevel: 0,
      batteryVoltage: 12.6,
      doorStatus: dict({ driver: unlocked, passenger: unlocked, rear_left: unlocked, rear_right: unlocked }),
      acTemperature: 25,
      fanSpeed: 50n,
      acMode: "auto",
      humidityLevel: 50,
      headLightStatus: "off",
      parkingBrakeStatus: "released",
      brakePedalStatus: "released",
      distanceToNextVehicle: 50,
      cruiseStatus: "inactive",
      destination: "None",
      frontLeftTirePressure: 32,
      frontRightTirePressure: 32,
      rearLeftTirePressure: 30,
      rearRightTirePressure: 30,
    });
    // Some have another name in a scenario than they have as an attribute.
    const renamed = loaded(scenario, {
      engineState: "stopped",
      parkingBrakeForce: 0,
      slopeAngle: 0,
      brakePedalForce: 0,
    });
    const locked = [...getDict(self, "doorStatus").values()].filter((status) => status === "locked").length;
    self.set("engine_state", renamed.get("engineState") ?? null);
    self.set("remainingUnlockedDoors", BigInt(4 - locked));
    self.set("long_context", false);
    for (const name of ["parkingBrakeForce", "slopeAngle", "brakePedalForce"]) {
      self.set(`_${name}`, renamed.get(name) ?? null);
    }
    return withGenerator(self);
  },
};

function startEngine(self: PyDict, [mode = null]: readonly PyValue[]): PyDict {
  // The original stops the engine, then goes on as if to start it, and says that the mode is not known.
  if (mode === "STOP") self.set("engine_state", "stopped");
  if (compare(at(self, "remainingUnlockedDoors"), 0n, ">") > 0) {
    const open = [...getDict(self, "doorStatus")].filter(([, status]) => status === "unlocked")
      .map(([door]) => door);
    const which = `Here are the unlocked doors: ${open.join(", ")}`;
    return failure(`All doors must be locked before starting the engine. ${which}`);
  }
  if (at(self, "brakePedalStatus") !== "pressed") {
    return failure("Brake pedal needs to be pressed when starting the engine.");
  }
  if (!equal(at(self, "_brakePedalForce"), 1000n)) {
    return failure("Must press the brake fully before starting the engine.");
  }
  if (compare(at(self, "fuelLevel"), 0n) < 0) return failure("Fuel tank is empty.");
  if (mode === "START") {
    self.set("engine_state", "running");
    return dict({
      engineState: "running",
      fuelLevel: at(self, "fuelLevel"),
      batteryVoltage: at(self, "batteryVoltage"),
    });
  }
  return failure("Invalid ignition mode.");
}

function fill(self: PyDict, [amount = null]: readonly PyValue[]): PyDict {
  if (compare(amount, 0n) < 0) return failure("Fuel amount cannot be negative.");
  const level = add(at(self, "fuelLevel"), amount);
  if (compare(level, BigInt(tank), ">") > 0) return failure("Cannot fill gas above the tank capacity.");
  self.set("fuelLevel", level);
  return dict({ fuelLevel: level });
}

function lockDoors(self: PyDict, [unlock = null, doors = null]: readonly PyValue[]): PyDict {
  const status = getDict(self, "doorStatus");
  const [wanted, change] = truthy(unlock) ? ["unlocked", 1n] as const : ["locked", -1n] as const;
  for (const door of itemsOf(doors)) {
    if (equal(get(status, door), wanted)) continue;
    status.set(asKey(door) ?? "", wanted);
    self.set("remainingUnlockedDoors", add(at(self, "remainingUnlockedDoors"), change));
  }
  return dict({ lockStatus: wanted, remainingUnlockedDoors: at(self, "remainingUnlockedDoors") });
}

function adjustClimate(
  self: PyDict,
  [temperature = null, unit = null, fanSpeed = null, mode = null]: readonly PyValue[],
): PyDict {
  if (!(compare(0n, fanSpeed, "<=") <= 0 && compare(fanSpeed, 100n, "<=") <= 0)) {
    return failure("Fan speed must be between 0 and 100.");
  }
  self.set("acTemperature", temperature);
  if (unit === "fahrenheit") {
    self.set("acTemperature", divide(multiply(subtract(temperature, 32n), 5n), 9n));
  }
  self.set("fanSpeed", fanSpeed);
  self.set("acMode", mode);
  return dict({
    currentACTemperature: temperature,
    climateMode: mode,
    humidityLevel: at(self, "humidityLevel"),
  });
}

function setHeadlights(self: PyDict, [mode = null]: readonly PyValue[]): PyDict {
  if (mode !== "on" && mode !== "off" && mode !== "auto") return failure("Invalid headlight mode.");
  const status = mode === "on" ? "on" : "off";
  self.set("headLightStatus", status);
  return dict({ headlightStatus: status });
}

function displayStatus(self: PyDict, [option = null]: readonly PyValue[]): PyDict {
  const show = (names: { readonly [shown: string]: string }): PyDict =>
    new Map(Object.entries(names).map(([shown, name]) => [shown, at(self, name)]));
  switch (option) {
    case "fuel":
      return show({ fuelLevel: "fuelLevel" });
    case "battery":
      return show({ batteryVoltage: "batteryVoltage" });
    case "doors":
      return show({ doorStatus: "doorStatus" });
    case "climate":
      return show({
        currentACTemperature: "acTemperature",
        fanSpeed: "fanSpeed",
        climateMode: "acMode",
        humidityLevel: "humidityLevel",
      });
    case "headlights":
      return show({ headlightStatus: "headLightStatus" });
    case "parkingBrake":
      return show({
        parkingBrakeStatus: "parkingBrakeStatus",
        parkingBrakeForce: "_parkingBrakeForce",
        slopeAngle: "_slopeAngle",
      });
    case "brakePedal":
      return show({ brakePedalStatus: "brakePedalStatus", brakePedalForce: "_brakePedalForce" });
    case "engine":
      return show({ engineState: "engine_state" });
    default:
      return failure("Invalid option");
  }
}

function activateParkingBrake(self: PyDict, [mode = null]: readonly PyValue[]): PyDict {
  if (mode !== "engage" && mode !== "release") return failure("Invalid mode");
  const [status, force] = mode === "engage" ? ["engaged", 500] as const : ["released", 0] as const;
  self.set("parkingBrakeStatus", status);
  self.set("_parkingBrakeForce", force);
  self.set("_slopeAngle", 10);
  return dict({ parkingBrakeStatus: status, _parkingBrakeForce: force, _slopeAngle: 10 });
}

function pressBrakePedal(self: PyDict, [position = null]: readonly PyValue[]): PyDict {
  if (!(compare(0n, position, "<=") <= 0 && compare(position, 1n, "<=") <= 0)) {
    return failure("Pedal position must be between 0 and 1.");
  }
  if (equal(position, 0n)) return releaseBrakePedal(self);
  const force = multiply(1000n, asNumber(position) ?? 0n);
  self.set("brakePedalStatus", "pressed");
  self.set("_brakePedalForce", force);
  return dict({ brakePedalStatus: "pressed", brakePedalForce: Number(force) });
}

function releaseBrakePedal(self: PyDict): PyDict {
  self.set("brakePedalStatus", "released");
  self.set("_brakePedalForce", 0);
  return dict({ brakePedalStatus: "released", brakePedalForce: 0 });
}

function setCruiseControl(
  self: PyDict,
  [speed = null, activate = null, distance = null]: readonly PyValue[],
): PyDict {
  const [asked, apart] = [float(speed), float(distance)];
  if (at(self, "engine_state") === "stopped") {
    return failure("Start the engine before activating the cruise control.");
  }
  self.set("distanceToNextVehicle", apart);
  const status = truthy(activate) ? "active" : "inactive";
  if (status === "active" && (asked < 0 || asked > 120 || asked % 5 !== 0)) return failure("Invalid speed");
  self.set("cruiseStatus", status);
  return dict({ cruiseStatus: status, currentSpeed: asked, distanceToNextVehicle: apart });
}

function checkTirePressure(self: PyDict): PyDict {
  const names = [
    "frontLeftTirePressure",
    "frontRightTirePressure",
    "rearLeftTirePressure",
    "rearRightTirePressure",
  ];
  const pressures = names.map((name) => at(self, name));
  const mean = divide(pressures.reduce((sum, each) => add(sum, each), 0n), 4n);
  const result: PyDict = new Map(names.map((name) => [name, at(self, name)]));
  result.set("healthy_tire_pressure", mean >= 30 && mean <= 35);
  return result.set("car_info", dict());
}

function setNavigation(self: PyDict, [destination = null]: readonly PyValue[]): PyDict {
  self.set("destination", destination);
  if (typeof destination !== "string") {
    throw new PythonError("TypeError", `can only concatenate str (not "${typeName(destination)}") to str`);
  }
  return dict({ status: `Navigating to ${destination}` });
}

function estimateFeasibility(self: PyDict, [distance = null]: readonly PyValue[]): PyDict {
  const range = multiply(at(self, "fuelLevel"), BigInt(milesPerGallon));
  return dict({ canDrive: !(compare(range, distance) < 0) });
}

function estimateDistance(_self: PyDict, [from = null, to = null]: readonly PyValue[]): PyDict {
  const distance = distances.find(({ between: [one, other] }) =>
    (one === from && other === to) || (one === to && other === from)
  );
  return distance === undefined
    ? failure("distance not found in database.")
    : dict({ distance: distance.miles });
}

function zipCode(_self: PyDict, [city = null]: readonly PyValue[]): PyDict {
  return dict({ zipcode: typeof city === "string" ? zipCodes.get(city) ?? "00000" : "00000" });
}

function uniform(self: PyDict, from: number, to: number): number {
  return draw(self, seed, (random) => random.uniform(from, to));
}

function scaled(value: PyValue, factor: number): bigint | number {
  if (typeof value === "string" || Array.isArray(value)) {
    throw new PythonError("TypeError", "can't multiply sequence by non-int of type 'float'");
  }
  return multiply(value, factor);
}
