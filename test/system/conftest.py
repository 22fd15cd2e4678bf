"""Fixtures of the system tests."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from emulator import Emulator, trust  # noqa: E402
from schema import Schema  # noqa: E402


@pytest.fixture(scope="session")
def shared_emulator(tmp_path_factory):
    """One emulator for the whole run; each test gets it empty, as `exchange`."""
    emulator = Emulator(tmp_path_factory.mktemp("exchange"))
    emulator.start()
    trust(emulator.ca)
    yield emulator
    status = emulator.stop()
    assert status == 0, emulator.output()


@pytest.fixture(scope="session")
def ews_schema():
    return Schema.find()


@pytest.fixture
def exchange(shared_emulator, ews_schema, request):
    """The emulator, empty. After the test every SOAP body that crossed in either direction is
    validated against the EWS schemas where they are present; tests that break the rules on purpose
    are marked `malformed`."""
    shared_emulator.reset()
    shared_emulator.forget_record()
    yield shared_emulator
    if ews_schema and not request.node.get_closest_marker("malformed"):
        problems = ews_schema.problems(shared_emulator.record)
        assert not problems, "\n".join(problems)


def pytest_configure(config):
    config.addinivalue_line("markers", "malformed: sends requests that break the EWS schema")
