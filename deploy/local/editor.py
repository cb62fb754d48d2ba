"""The operator's own editor, on a file that nobody else can read and that is gone afterwards."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from deploy.local.problems import HubProblem


def edited(text: str, suffix: str) -> str | None:
    """What `$VISUAL` or `$EDITOR` made of `text`; None when it was left as it was. Raises HubProblem."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="simpul-") as folder:
        path = Path(folder) / f"edit{suffix}"
        path.write_text(text)
        try:
            subprocess.run([*shlex.split(editor), str(path)], check=True)
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            raise HubProblem(
                f"your editor {editor} did not work ({type(error).__name__}): name one in EDITOR, or use --file"
            ) from error
        found = path.read_text()
    return None if found == text else found
