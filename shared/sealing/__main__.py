"""`python -m shared.sealing FOLDER` makes the secrets that are missing in FOLDER, and nothing else."""

import sys
from pathlib import Path

from shared.sealing.secrets_folder import create_secrets

if __name__ == "__main__":
    create_secrets(Path(sys.argv[1]))
