"""What every route needs, and the small things routes share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path

from services.intake.application.import_reports import Table
from services.intake.application.ports import Asker, Office, Work
from shared.errors import NotFound
from shared.postgres.database import Database, Transaction
from shared.sealing import Sealer
from shared.web.door import Principal


@dataclass(frozen=True)
class Desk:
    """Where requests are received. `work` is what use cases do within an open transaction; `document_bytes_max`
    limits one uploaded paper, `import_bytes_max` one table of reports, which `read_table` opens."""

    database: Database
    sealer: Sealer
    office: Office
    work: Callable[[Transaction], Work]
    document_bytes_max: int
    import_bytes_max: int
    read_table: Callable[[bytes], Table]


def asker_of(caller: Principal) -> Asker:
    return Asker(caller.org, caller.client_id)


async def _report_id(
    report_id: Annotated[str, Path(json_schema_extra={"format": "uuid"})],
) -> UUID:
    # An id is opaque to a client: one that cannot be is one that is not there.
    try:
        return UUID(report_id)
    except ValueError:
        raise NotFound("report.not-found", "There is no such report.") from None


ReportId = Annotated[UUID, Depends(_report_id)]
