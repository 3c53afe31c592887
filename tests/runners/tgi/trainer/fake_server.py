"""A service over the fake core in a process of its own: `python fake_server.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[4] / "runners" / "tgi" / "trainer")]

import uvicorn
from service_fakes import FakeHost, fake_service

from exitlab_trainer.__main__ import Announcing, open_socket
from exitlab_trainer.app import build_app

if __name__ == "__main__":
    service = fake_service(FakeHost(), Path(sys.argv[1]))
    with open_socket("127.0.0.1", 0) as listener:
        line = f"ready at http://127.0.0.1:{listener.getsockname()[1]}"
        Announcing(uvicorn.Config(build_app(service), log_level="warning"), service.queue, line).run(
            [listener]
        )
