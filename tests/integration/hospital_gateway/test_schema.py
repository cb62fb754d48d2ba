"""The declared tables are those that the migrations make."""

from services.hospital_gateway.adapters.tables import Base
from tests.support.databases import ServiceDatabase
from tests.support.schema import schema_differences


async def test_the_migrated_database_is_as_declared(place: ServiceDatabase) -> None:
    assert await schema_differences(place, Base.metadata) == []
