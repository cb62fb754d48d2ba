"""Sealing of personal data with a keyring, worker keys and blind indexes (AES-256-GCM and HMAC-SHA-256).

`load_secrets(folder)` gives a service everything at its start; nothing is asked of a key service at run time.
"""

from shared.sealing.keyed_hashes import BlindIndex, WorkerKeys
from shared.sealing.keyring import Keyring
from shared.sealing.sealer import Sealed, Sealer
from shared.sealing.secrets_folder import Secrets, create_secrets, load_secrets, rotate

__all__ = [
    "BlindIndex",
    "Keyring",
    "Sealed",
    "Sealer",
    "Secrets",
    "WorkerKeys",
    "create_secrets",
    "load_secrets",
    "rotate",
]
