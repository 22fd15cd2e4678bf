"""What is generated is up to date."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
VMRD = ROOT / os.environ.get("BUILD_DIR", "build-test") / "src" / "vmrd"


def test_the_settings_reference_is_up_to_date():
    made = subprocess.run([VMRD, "dump", "settings"], capture_output=True, text=True, check=True).stdout
    assert made == (ROOT / "doc" / "settings.md").read_text(), "run: build/src/vmrd dump settings > doc/settings.md"


def test_readme_names_only_what_is_there():
    for document in ("README.md", "HACKING.md", "doc/architecture.md", "doc/operations.md", "doc/addin.md"):
        folder = (ROOT / document).parent
        for link in re.findall(r"\]\(([^)#:]+)\)", (ROOT / document).read_text()):
            assert (folder / link).exists(), f"{document} links to {link}"
