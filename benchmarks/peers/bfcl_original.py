"""Replays BFCL's base ground truth in the original simulators (`bfcl-eval`), once for each line of standard input.

Prints the seconds of each replay.
"""

import copy
import importlib
import json
import sys
import time
from pathlib import Path

PACKAGE = "bfcl_eval.eval_checker.multi_turn_eval.func_source_code"
MODULES = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TwitterAPI": "posting_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "VehicleControlAPI": "vehicle_control",
}
STATELESS = {"MathAPI"}


def read_lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def replay(rows: list[dict], answers: list[dict], classes: dict[str, type]) -> float:
    began = time.perf_counter()
    for row, answer in zip(rows, answers):
        instances = {}
        for name in row["involved_classes"]:
            instance = classes[name]()
            if name not in STATELESS:
                instance._load_scenario(copy.deepcopy(row["initial_config"].get(name, {})))
            instances[name] = instance
        for turn in answer["turns"]:
            for call in turn:
                getattr(instances[call["class"]], call["name"])(**call["args"])
    return time.perf_counter() - began


def main() -> None:
    data = Path(sys.argv[1])
    rows = read_lines(data / "BFCL_v4_multi_turn_base.json")
    answers = read_lines(data / "ground_truth_calls" / "base.jsonl")
    classes = {
        name: getattr(importlib.import_module(f"{PACKAGE}.{module}"), name)
        for name, module in MODULES.items()
    }
    for _ in sys.stdin:
        print(replay(rows, answers, classes), flush=True)


if __name__ == "__main__":
    main()
