"""Sessions of the console: links that work once, fresh tokens, ends, and forms nobody else can send."""

from datetime import timedelta
from pathlib import Path

from shared.web.door import route_accesses
from tests.integration.verification.console_sessions import link, of, sign_in
from tests.support.databases import ServiceDatabase
from tests.support.verification_service import Verification, running_verification


async def test_a_link_works_once_and_not_for_long(verification: Verification) -> None:
    url = (await link(verification)).json()["url"]
    assert (await verification.http.get(url)).status_code == 303
    assert (await verification.http.get(url)).status_code == 404
    late = (await link(verification)).json()["url"]
    verification.clock.advance(timedelta(minutes=11))
    assert (await verification.http.get(late)).status_code == 404


async def test_the_cookie_is_kept_from_scripts_and_other_sites(verification: Verification) -> None:
    entered = await verification.http.get((await link(verification)).json()["url"])
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/console" in cookie


async def test_a_session_somebody_planted_is_worth_nothing_after_the_sign_in(verification: Verification) -> None:
    planted = "p" * 43
    url = (await link(verification)).json()["url"]
    entered = await verification.http.get(url, headers=of(planted))
    assert entered.cookies["session"] != planted
    assert (await verification.http.get("/console", headers=of(planted))).status_code == 303
    earlier = entered.cookies["session"]
    verification.http.cookies.clear()
    again = await verification.http.get((await link(verification)).json()["url"], headers=of(earlier))
    verification.http.cookies.clear()
    assert (await verification.http.get("/console", headers=of(earlier))).status_code == 303
    assert (await verification.http.get("/console", headers=of(again.cookies["session"]))).status_code == 200


async def test_a_session_ends_when_it_is_old_or_nobody_uses_it(verification: Verification) -> None:
    token = await sign_in(verification)
    verification.http.cookies.clear()
    for _ in range(3):
        verification.clock.advance(timedelta(minutes=50))
        assert (await verification.http.get("/console", headers=of(token))).status_code == 200
    verification.clock.advance(timedelta(minutes=61))
    assert (await verification.http.get("/console", headers=of(token))).status_code == 303


async def test_every_form_of_the_console_needs_its_token(verification: Verification) -> None:
    token = await sign_in(verification, "supervisor")
    verification.http.cookies.clear()
    forms = [
        access
        for access in route_accesses(verification.service.app.routes)
        # The check of a receipt changes nothing, and tells of an unknown code before it reads a form.
        if access.roles is not None and "POST" in access.methods and not access.path.startswith("/receipt")
    ]
    assert forms
    for access in forms:
        path = access.path.replace("{", "").replace("}", "")
        answer = await verification.http.post(path, data={"csrf": "0" * 64}, headers=of(token))
        assert answer.status_code == 403, path
    assert (await verification.http.get("/console", headers=of(token))).status_code == 200


async def test_an_operator_sees_no_claims(verification: Verification) -> None:
    token = await sign_in(verification, "operator", "Rudi")
    verification.http.cookies.clear()
    answer = await verification.http.get("/console", headers=of(token))
    assert answer.status_code == 303


async def test_a_production_hub_makes_no_links(verification_database: ServiceDatabase, tmp_path: Path) -> None:
    async with running_verification(verification_database, tmp_path, profile="production") as running:
        assert (await link(running)).status_code == 403


async def test_the_person_is_sealed_and_the_token_is_not_stored(
    verification: Verification, verification_database: ServiceDatabase
) -> None:
    token = await sign_in(verification)
    [row] = await verification_database.rows(
        "SELECT token_hash, person FROM console_session ORDER BY begun_at DESC LIMIT 1"
    )
    assert b"Dewi" not in row["person"]
    assert row["token_hash"] != token.encode()
