"""The declared tables are the tables that the migrations make."""

from services.verification.adapters.tables import Base
from tests.support.databases import ServiceDatabase
from tests.support.schema import schema_differences


async def test_the_declared_tables_are_those_of_the_migrations(verification_database: ServiceDatabase) -> None:
    assert await schema_differences(verification_database, Base.metadata) == []
