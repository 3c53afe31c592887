"""Fixtures of the service's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from service_fakes import Client, FakeHost, fake_service

from exitlab_trainer.app import build_app


@pytest.fixture
def host() -> FakeHost:
    """A fresh fake core."""
    return FakeHost()


@pytest.fixture
def client(host: FakeHost, tmp_path: Path) -> Iterator[Client]:
    """A client of a service over `host`."""
    service = fake_service(host, tmp_path)
    with TestClient(build_app(service), raise_server_exceptions=False) as http:
        try:
            yield Client(http, service)
        finally:
            host.gate.set()
