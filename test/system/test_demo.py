"""The newcomer's test: the demo, unattended."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_demo_ends_well():
    done = subprocess.run([ROOT / "tools" / "demo", "--once"], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "COLUMNS": "80"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Accepted:" in done.stdout and "All of it went well." in done.stdout
