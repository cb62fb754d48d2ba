"""PostgreSQL dies under the service and comes back."""

from pathlib import Path

from services.partners.settings import PartnersSettings
from tests.integration.partners.conftest import PUBLIC_URL, running
from tests.support.databases import service_database
from tests.support.eventually import eventually
from tests.support.servers import own_postgres


async def test_while_postgres_is_away_tokens_are_refused_for_now_and_keys_are_shown(secrets_dir: Path) -> None:
    with own_postgres() as server:
        async with service_database(server.url, "partners") as place:
            settings = PartnersSettings(
                profile="local",
                port=0,
                public_url=PUBLIC_URL,
                issuer=PUBLIC_URL,
                database_url=place.url,
                kafka_bootstrap="unused:0",
                secrets_dir=secrets_dir,
            )
            async with running(settings) as hub:
                assert (await hub.token(hub.operator)).status_code == 200
                server.kill()
                answer = await hub.token(hub.operator)
                assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
                assert int(answer.headers["retry-after"]) >= 1
                assert (await hub.http.get("/.well-known/jwks.json")).status_code == 200
                assert (await hub.http.get("/healthz")).status_code == 200
                assert (await hub.http.get("/readyz")).status_code == 503
                server.start()

                async def issued() -> bool:
                    return (await hub.token(hub.operator)).status_code == 200

                await eventually(issued)
