"""Which organisation and region fit which kind of client."""

import pytest

from services.partners.domain.partners import RULES, ClientKind, region_of, registration_problems

GOOD = [
    (ClientKind.EMPLOYER, "employer:JJ012345", None),
    (ClientKind.HOSPITAL, "hospital:100000401", None),
    (ClientKind.HOSPITAL, "hospital:100000401", "36"),
    (ClientKind.HOSPITAL, "hospital:100000401", "3671"),
    (ClientKind.DISNAKER, "disnaker:36", None),
    (ClientKind.DISNAKER, "disnaker:36", "36"),
    (ClientKind.BPJS_VERIFIER, "bpjs:cikokol", None),
    (ClientKind.BPJS_CORE, "bpjs:core", None),
    (ClientKind.CHANNEL, "channel:jmo", None),
    (ClientKind.AUDITOR, "auditor:ombudsman", None),
    (ClientKind.OPERATOR, "operator:hub", None),
]
BAD = [
    (ClientKind.EMPLOYER, "hospital:1", None, ["org-format"]),
    (ClientKind.EMPLOYER, "employer:", None, ["org-format"]),
    (ClientKind.EMPLOYER, "employer", None, ["org-format"]),
    (ClientKind.EMPLOYER, "employer:a b", None, ["org-format"]),
    (ClientKind.EMPLOYER, "employer:a\n", None, ["org-format"]),
    (ClientKind.EMPLOYER, "employer:" + "1" * 65, None, ["org-format"]),
    (ClientKind.EMPLOYER, "employer:a:b", None, ["org-format"]),
    (ClientKind.EMPLOYER, "employer:a~test", None, ["org-format"]),
    (ClientKind.EMPLOYER, "employer:JJ012345", "3671", ["region-not-allowed"]),
    (ClientKind.DISNAKER, "disnaker:3671", None, ["org-province"]),
    (ClientKind.DISNAKER, "disnaker:99", None, ["org-province"]),
    (ClientKind.DISNAKER, "disnaker:36", "32", ["region-contradicts-org"]),
    (ClientKind.HOSPITAL, "hospital:1", "3", ["region-format"]),
    (ClientKind.HOSPITAL, "hospital:1", "9971", ["region-format"]),
    (ClientKind.HOSPITAL, "employer:1", "367", ["org-format", "region-format"]),
    (ClientKind.BPJS_CORE, "bpjs-core:core", None, ["org-format"]),
]


@pytest.mark.parametrize(("kind", "org", "region"), GOOD)
def test_an_organisation_of_its_kind_is_taken(kind: ClientKind, org: str, region: str | None) -> None:
    assert registration_problems(kind, org, region) == []


@pytest.mark.parametrize(("kind", "org", "region", "codes"), BAD)
def test_everything_that_does_not_fit_is_named(
    kind: ClientKind, org: str, region: str | None, codes: list[str]
) -> None:
    assert [problem.code for problem in registration_problems(kind, org, region)] == codes


def test_those_who_see_the_whole_hub_have_no_test_clients() -> None:
    testing = {kind for kind, org, region in GOOD if not registration_problems(kind, org, region, test=True)}
    assert testing == {ClientKind.EMPLOYER, ClientKind.CHANNEL, ClientKind.HOSPITAL, ClientKind.DISNAKER}
    assert region_of(ClientKind.DISNAKER, "disnaker:36~test", None) == "36"


def test_a_disnaker_s_region_is_its_province() -> None:
    assert region_of(ClientKind.DISNAKER, "disnaker:36", None) == "36"
    assert region_of(ClientKind.HOSPITAL, "hospital:1", "3671") == "3671"
    assert region_of(ClientKind.EMPLOYER, "employer:1", None) is None


def test_each_kind_has_exactly_the_scopes_of_the_interface() -> None:
    assert {kind.value: " ".join(rule.scopes) for kind, rule in RULES.items()} == {
        "employer": "accident-reports.write accident-reports.read subscriptions.manage",
        "channel": "self-reports.write self-reports.read",
        "hospital": "system/*.crus",
        "disnaker": "notifications.read subscriptions.manage determinations.write cases.read",
        "bpjs-verifier": "claims.read claims.decide",
        "bpjs-core": "claims.stream claims.read participants.write payments.write",
        "auditor": "audit.read claims.read",
        "operator": "operations.manage partners.manage",
    }
    assert [kind for kind, rule in RULES.items() if rule.gets_secret] == [ClientKind.HOSPITAL]
