import { vehicleControl } from "exitlab/domains/tool_use/bfcl/vehicle_control/vehicle_control.ts";
import { checkFacts, checkProperties, type Fact } from "./simulator_checks.ts";

const scenario = '{"fuelLevel": 10}';

// What the original gives to these calls, one after another.
const facts: readonly Fact[] = [
  [
    "startEngine",
    '{"ignitionMode": "START"}',
    '{"error": "All doors must be locked before starting the engine. Here are the unlocked doors: driver, passenger, rear_left, rear_right"}',
  ],
  [
    "lockDoors",
    '{"unlock": false, "door": ["driver", "passenger", "rear_left", "rear_right", "driver"]}',
    '{"lockStatus": "locked", "remainingUnlockedDoors": 0}',
  ],
  [
    "startEngine",
    '{"ignitionMode": "START"}',
    '{"error": "Brake pedal needs to be pressed when starting the engine."}',
  ],
  ["pressBrakePedal", '{"pedalPosition": 0.5}', '{"brakePedalStatus": "pressed", "brakePedalForce": 500.0}'],
  [
    "startEngine",
    '{"ignitionMode": "START"}',
    '{"error": "Must press the brake fully before starting the engine."}',
  ],
  [
    "pressBrakePedal",
    '{"pedalPosition": true}',
    '{"brakePedalStatus": "pressed", "brakePedalForce": 1000.0}',
  ],
  [
    "setCruiseControl",
    '{"speed": 65, "activate": true, "distanceToNextVehicle": 10}',
    '{"error": "Start the engine before activating the cruise control."}',
  ],
  [
    "startEngine",
    '{"ignitionMode": "START"}',
    '{"engineState": "running", "fuelLevel": 10, "batteryVoltage": 12.6}',
  ],
  [
    "setCruiseControl",
    '{"speed": "65", "activate": true, "distanceToNextVehicle": 10}',
    '{"cruiseStatus": "active", "currentSpeed": 65.0, "distanceToNextVehicle": 10.0}',
  ],
  [
    "setCruiseControl",
    '{"speed": 66, "activate": true, "distanceToNextVehicle": 10}',
    '{"error": "Invalid speed"}',
  ],
  ["fillFuelTank", '{"fuelAmount": 40.5}', '{"error": "Cannot fill gas above the tank capacity."}'],
  ["fillFuelTank", '{"fuelAmount": 40}', '{"fuelLevel": 50}'],
  ["estimate_drive_feasibility_by_mileage", '{"distance": 1000}', '{"canDrive": true}'],
  [
    "adjustClimateControl",
    '{"temperature": 1000000000000000007, "unit": "fahrenheit"}',
    '{"currentACTemperature": 1000000000000000007, "climateMode": "auto", "humidityLevel": 50.0}',
  ],
  [
    "displayCarStatus",
    '{"option": "climate"}',
    '{"currentACTemperature": 5.555555555555555e+17, "fanSpeed": 50, "climateMode": "auto", "humidityLevel": 50.0}',
  ],
  [
    "adjustClimateControl",
    '{"temperature": 20, "fanSpeed": 101}',
    '{"error": "Fan speed must be between 0 and 100."}',
  ],
  [
    "activateParkingBrake",
    '{"mode": "engage"}',
    '{"parkingBrakeStatus": "engaged", "_parkingBrakeForce": 500.0, "_slopeAngle": 10.0}',
  ],
  [
    "displayCarStatus",
    '{"option": "parkingBrake"}',
    '{"parkingBrakeStatus": "engaged", "parkingBrakeForce": 500.0, "slopeAngle": 10.0}',
  ],
  ["setHeadlights", '{"mode": "auto"}', '{"headlightStatus": "off"}'],
  [
    "check_tire_pressure",
    "{}",
    '{"frontLeftTirePressure": 32.0, "frontRightTirePressure": 32.0, "rearLeftTirePressure": 30.0, "rearRightTirePressure": 30.0, "healthy_tire_pressure": true, "car_info": {}}',
  ],
  ["estimate_distance", '{"cityA": "94016", "cityB": "83214"}', '{"distance": 980.0}'],
  ["get_zipcode_based_on_city", '{"city": "Stonebrook"}', '{"zipcode": "74532"}'],
  ["gallon_to_liter", '{"gallon": 5}', '{"liter": 18.92705}'],
  ["liter_to_gallon", '{"liter": 10.0}', '{"gallon": 2.6417200000000003}'],
  ["get_current_speed", "{}", '{"currentSpeed": 111.92365689097284}'],
  ["get_outside_temperature_from_google", "{}", '{"outsideTemperature": 31.29968928699752}'],
  ["lockDoors", '{"unlock": true, "door": ["trunk"]}', "Error during execution: 'trunk'"],
  ["startEngine", '{"ignitionMode": "STOP"}', '{"error": "Invalid ignition mode."}'],
  ["displayCarStatus", '{"option": "engine"}', '{"engineState": "stopped"}'],
  [
    "set_navigation",
    '{"destination": 5}',
    'Error during execution: can only concatenate str (not "int") to str',
  ],
];

Deno.test("VehicleControlAPI gives what the original gives, call after call", () => {
  checkFacts(vehicleControl, scenario, facts);
});

Deno.test("VehicleControlAPI is a pure reducer that survives JSON and raises only what Python would", () => {
  checkProperties(vehicleControl, scenario, [
    "START",
    ["driver", "passenger", "rear_left", "rear_right"],
    "driver",
    1n,
    0.5,
    65n,
    "engage",
    "doors",
    "on",
    "94016",
    "fahrenheit",
  ]);
});
