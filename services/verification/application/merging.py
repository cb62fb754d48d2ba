"""One report, many versions, any order: the latest version's facts with every version's receipt."""

from dataclasses import replace

from services.verification.domain.evidence import Evidence


def merged(known: Evidence | None, arrived: Evidence) -> Evidence:
    """The evidence after `arrived`; a version below the known one adds its receipt and changes nothing else."""
    if known is None:
        return arrived
    latest = arrived if arrived.version > known.version else known
    receipts = {receipt.version: receipt for receipt in (*known.receipts, *arrived.receipts)}
    return replace(latest, receipts=tuple(receipts[version] for version in sorted(receipts)))
