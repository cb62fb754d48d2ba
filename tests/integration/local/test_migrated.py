"""Which databases the launcher takes for up to date."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from deploy.local import migrated
from deploy.local.contents import prepare_databases
from deploy.local.problems import HubProblem
from tests.support.servers import own_postgres


async def run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


def test_only_an_unchanged_database_with_unchanged_migrations_is_taken_for_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered = tmp_path / "migrated.json"
    with own_postgres() as server:
        assert migrated.outdated(server.url, ["partners"], remembered) == ["partners"]
        prepare_databases(server.url, {"partners": "first"}, remembered)
        assert migrated.outdated(server.url, ["partners"], remembered) == []
        monkeypatch.setattr(migrated, "_digest", lambda _: "another")
        assert migrated.outdated(server.url, ["partners"], remembered) == ["partners"]
        monkeypatch.undo()
        asyncio.run(run(server.url, "DROP DATABASE simpul_partners"))
        assert migrated.outdated(server.url, ["partners"], remembered) == ["partners"]
        prepare_databases(server.url, {"partners": "second"}, remembered)
        login = server.url.replace("postgres@", "simpul_partners:second@").replace("/postgres", "/simpul_partners")
        asyncio.run(run(login, "SELECT 1"))


def test_a_server_that_does_not_answer_is_one_clear_problem() -> None:
    with pytest.raises(HubProblem, match="PostgreSQL does not answer, or refuses the login"):
        prepare_databases("postgresql://postgres@127.0.0.1:1/postgres", {"partners": "x"}, None)
