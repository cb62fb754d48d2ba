"""The tables that the code believes in are those that the migrations make."""

from services.intake.adapters.tables import Base
from tests.support.databases import ServiceDatabase
from tests.support.schema import schema_differences


async def test_migrations_and_tables_agree(intake_database: ServiceDatabase) -> None:
    assert await schema_differences(intake_database, Base.metadata) == []
