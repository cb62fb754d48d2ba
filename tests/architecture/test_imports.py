"""The import rules of `.importlinter` hold, and each of them bites: a planted violation turns it red."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# What is planted where, and the contract that has to notice.
VIOLATIONS = {
    "a service imports another": (
        "services/intake/application/planted.py",
        "import services.verification.main\n",
        "Services never import each other",
    ),
    "the domain imports a framework": (
        "services/verification/domain/planted.py",
        "import pydantic\n",
        "The domain imports no framework",
    ),
    "the domain reaches outward": (
        "services/verification/domain/planted.py",
        "import services.verification.adapters\n",
        "Inside a service imports point inward",
    ),
    "a use case speaks HTTP": (
        "services/hospital_gateway/application/planted.py",
        "import fastapi\n",
        "Use cases see no FHIR, SQL or HTTP type",
    ),
    "shared knows a service": (
        "shared/events/planted.py",
        "import services.intake\n",
        "shared knows no service",
    ),
    "shared imports upward": (
        "shared/sealing/planted.py",
        "import shared.service\n",
        "shared is layered, and a new module there is somebody's decision",
    ),
    "shared grows a drawer for everything": (
        "shared/utils.py",
        "",
        "shared is layered, and a new module there is somebody's decision",
    ),
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_the_import_rules_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_planted_violation_is_noticed(violation: str, tmp_path: Path) -> None:
    path, source, contract = VIOLATIONS[violation]
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", "*.json", "*.yaml")
    for folder in ("services", "shared"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    shutil.copy(ROOT / ".importlinter", tmp_path)
    planted = tmp_path / path
    planted.write_text(source)
    result = lint(tmp_path)
    assert result.returncode != 0, f"nobody noticed that {violation}"
    assert f"{contract} BROKEN" in result.stdout or "exhaustive" in result.stdout + result.stderr, result.stdout
