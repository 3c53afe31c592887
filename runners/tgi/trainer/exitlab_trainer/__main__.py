"""The command line: `python -m exitlab_trainer --model NAME`."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from .app import build_app
from .checkpoint_paths import Checkpoints
from .limits import Limits
from .service import Service
from .types import HostOptions, StartMistake
from .work_queue import WorkQueue

log = logging.getLogger("exitlab_trainer")


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        prog="exitlab-trainer",
        description="Serves one causal language model for sampling (TGI's routes) and training (Tinker's routes).",
    )
    add = parser.add_argument
    add("--model", required=True, help="a folder, a .gguf file, or the name of a model on the Hub")
    add(
        "--name",
        default=None,
        help="the name by which clients ask for it (default that on the Hub, or local/FOLDER)",
    )
    add("--random-weights", action="store_true", help="make weights from --seed instead of reading them")
    add(
        "--seed",
        type=int,
        default=0,
        help="the seed of random weights before any model is created (default 0)",
    )
    add("--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1)")
    add(
        "--port",
        type=int,
        default=8000,
        help="the port to listen on; 0 takes any that is free (default 8000)",
    )
    add("--device", default="auto", help="auto, cpu, cuda or cuda:N (default auto)")
    add("--dtype", default="auto", help="auto, float32, bfloat16 or float16 (default auto)")
    add(
        "--revision",
        default=None,
        help="a branch, tag or commit of a model on the Hub (default its main branch)",
    )
    add("--checkpoints", type=Path, default=None, help="the folder for checkpoints; without it none are kept")
    add("--key-env", default="EXITLAB_TRAINER_KEY", help="the environment variable that holds the key")
    add("--no-key", action="store_true", help="listen beyond this machine without a key")
    add(
        "--micro-tokens",
        type=_positive,
        default=None,
        help="the most tokens of one training pass, which its memory grows with "
        "(default 1024 on a CPU, where larger passes are no faster, else 4096)",
    )
    add(
        "--draw-tokens",
        type=_positive,
        default=HostOptions.draw_tokens,
        help="the most tokens, prompts and completions together, that are drawn at a time (default %(default)s)",
    )
    add("--activation-checkpointing", action="store_true", help="spend a third more time for less memory")
    add("--max-body-mb", type=_positive, default=256, help="the largest request body in MB (default 256)")
    add("--max-queue", type=_positive, default=1024, help="the most requests that wait (default 1024)")
    add("--max-models", type=_positive, default=8, help="the most models in training at once (default 8)")
    add(
        "--session-timeout",
        type=float,
        default=300.0,
        help="seconds until a silent session is closed (default 300)",
    )
    add("--offline", action="store_true", help="never ask the Hub")
    add("--trust-remote-code", action="store_true", help="run the Python code that some models bring along")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 but found {number}")
    return number


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_key(variable: str, host: str, without: bool) -> str | None:
    """The key from the environment; none is needed on loopback, or when `without` was asked for."""
    key = os.environ.get(variable, "").strip() or None
    if key is None and not without and not is_loopback(host):
        raise StartMistake(
            f"Expected a key in {variable} because {host} can be reached from other machines; set it, or give --no-key."
        )
    return key


def open_checkpoints(folder: Path | None) -> Checkpoints:
    """The checkpoints of `folder`, which is made if need be and must be writable."""
    if folder is None:
        return Checkpoints(None)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            checkpoints = Checkpoints(folder)
    except OSError as problem:
        raise StartMistake(f"Expected a folder for checkpoints that can be written: {problem}.") from None
    checkpoints.sweep()
    return checkpoints


def open_socket(host: str, port: int) -> socket.socket:
    """A listening socket; taken before the model is loaded, so that a port in use is known at once."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # Said to be TCP, or asyncio leaves Nagle's algorithm on, which costs 40 ms an answer.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except (OSError, OverflowError) as problem:
        raise StartMistake(f"Could not listen on {host} port {port}: {problem}.") from None
    return listener


class Announcing(uvicorn.Server):
    """A server that says where it is once it accepts requests, and closes the queue before it stops."""

    def __init__(self, config: uvicorn.Config, queue: WorkQueue, line: str) -> None:
        super().__init__(config)
        self.queue = queue
        self.line = line

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal comes. uvicorn raises it again afterwards: SIGTERM is then an ordinary end."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        super().run(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the line."""
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(self.line + "\n")
            sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End long polls, then the connections."""
        self.queue.close()
        await super().shutdown(sockets)


def serve(options: argparse.Namespace) -> None:
    """Load the model and answer until the process is told to stop."""
    key = read_key(options.key_env, options.host, options.no_key)
    checkpoints = open_checkpoints(options.checkpoints)
    with open_socket(options.host, options.port) as listener:
        from .about import about  # the libraries behind it take seconds to load
        from .host import Host

        host = Host.load(
            HostOptions(
                model=options.model,
                device=options.device,
                dtype=options.dtype,
                random_weights=options.random_weights,
                micro_tokens=options.micro_tokens,
                draw_tokens=options.draw_tokens,
                checkpointing=options.activation_checkpointing,
                offline=options.offline,
                seed=options.seed,
                revision=options.revision,
                trust_remote_code=options.trust_remote_code,
            )
        )
        host.name = options.name or (host.name if "/" in host.name else f"local/{host.name}")
        limits = Limits(
            key=key,
            body_bytes=options.max_body_mb * 1_000_000,
            queued=options.max_queue,
            models=options.max_models,
            session_seconds=options.session_timeout,
        )
        service = Service(host, checkpoints, limits, about(host))
        address = f"[{options.host}]" if ":" in options.host else options.host
        line = (
            f"exitlab-trainer is ready at http://{address}:{listener.getsockname()[1]} "
            f"({host.name}, {host.parameters} parameters, {host.device}, {host.dtype})"
        )
        config = uvicorn.Config(
            build_app(service), log_level="warning", timeout_keep_alive=75, timeout_graceful_shutdown=30
        )
        Announcing(config, service.queue, line).run(sockets=[listener])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the service; 2 when it cannot start."""
    options = parse_arguments(arguments)
    log.setLevel(logging.INFO)
    log.addHandler(handler := logging.StreamHandler(sys.stderr))
    try:
        serve(options)
    except StartMistake as mistake:
        sys.stderr.write(f"{mistake}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    finally:
        log.removeHandler(handler)
    return 0


if __name__ == "__main__":
    sys.exit(main())
