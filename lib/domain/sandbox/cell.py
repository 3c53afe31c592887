"""What runs inside the sandbox in Python: writes a program and its files to memory, runs the program, and reports the text of
its submission, marked by a word that the program is not given. Uses the standard library alone."""

import json
import os
import signal
import subprocess
import sys

BOX = "/cell/box"
SUBMISSION = "working/submission.csv"
LONGEST = 2000


def read_submission(most: int) -> str | None:
    """The text of the submission; none if there is no such file, or it is no plain file, or too large."""
    try:
        handle = os.open(SUBMISSION, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(handle, "rb") as file:
        content = file.read(most + 1)
    return content.decode("utf-8", "replace") if len(content) <= most else None


def run(most: int) -> tuple[int, bytes]:
    """Runs the program; its exit code, and the last characters of what it printed."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", "solution.py"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    printed, tail = 0, b""
    while chunk := process.stdout.read1(65536):
        printed += len(chunk)
        tail = (tail + chunk)[-8000:]
        if printed > most:
            process.kill()
            raise OverflowError
    return process.wait(), tail


def main() -> None:
    request = json.load(sys.stdin)
    os.chdir(BOX)
    os.makedirs("working")
    if request["files"]:
        os.makedirs("input", exist_ok=True)
    for name, text in request["files"].items():
        with open(f"input/{name}.csv", "w", encoding="utf-8") as file:
            file.write(text)
    with open("solution.py", "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write(request["code"])
    try:
        code, tail = run(request["output"])
    except OverflowError:
        report = {"over": "output"}
    else:
        text = tail.decode("utf-8", "replace")
        report = {"output": text}
        if code == 0:
            report["value"] = read_submission(request["output"])
        elif code == -signal.SIGXCPU:
            report["over"] = "time"
        elif code < 0:
            report["failed"] = f"The program was ended by signal {-code}"
        else:
            lines = [line for line in text.strip().splitlines() if line.strip()]
            report["failed"] = (lines[-1] if lines else f"The program ended with exit code {code}")[:LONGEST]
    sys.stdout.write(f"\n{request['mark']}{json.dumps(report)}\n")
    sys.stdout.flush()


main()
