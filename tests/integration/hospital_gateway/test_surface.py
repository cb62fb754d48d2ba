"""What the gateway says of itself, and the rules every route keeps."""

import re

from fastapi.routing import APIRoute
from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from tests.integration.hospital_gateway.conftest import Gateway
from tests.support.routes import assert_every_route_declares_its_scope

_ROUTES = {
    ("POST", "/{type_name}"): "create",
    ("PUT", "/{type_name}/{resource_id}"): "update",
    ("GET", "/{type_name}/{resource_id}"): "read",
    ("GET", "/{type_name}/{resource_id}/_history/{version_id}"): "vread",
    ("PUT", "/{type_name}"): "update",
    ("PATCH", "/{type_name}/{resource_id}"): "patch",
    ("GET", "/{type_name}"): "search-type",
    ("POST", "/{type_name}/_search"): "search-type",
    ("GET", "/{type_name}/{resource_id}/_history"): "history-instance",
    ("POST", "/{type_name}/$validate"): "validate",
}


async def test_every_route_declares_its_scope(gateway: Gateway) -> None:
    assert_every_route_declares_its_scope(gateway.service.app)


async def test_the_capability_statement_lists_exactly_what_the_routes_do(gateway: Gateway) -> None:
    for base in ("/fhir", "/fhir-r4/v1"):
        statement = (await gateway.http.get(f"{base}/metadata")).json()
        CapabilityStatement.model_validate(statement)
        assert statement["fhirVersion"] == "4.0.1"
        offered = {
            _ROUTES[method, route.path.removeprefix(base)]
            for route in gateway.service.app.routes
            if isinstance(route, APIRoute) and route.path.startswith(f"{base}/{{type_name}}")
            for method in route.methods or ()
        }
        for resource in statement["rest"][0]["resource"]:
            if resource["type"] == "Bundle":
                continue
            told = {one["code"] for one in resource["interaction"]} | {one["name"] for one in resource["operation"]}
            assert told == offered
        assert {one["code"] for one in statement["rest"][0]["interaction"]} == {"transaction", "batch"}


async def test_of_documents_exactly_that_is_offered_which_the_capability_statement_lists(gateway: Gateway) -> None:
    hospital, path = gateway.hospital(), "/fhir/Bundle/0199aaaa-0000-7000-8000-000000000000"
    statement = (await gateway.http.get("/fhir/metadata")).json()
    (bundle,) = (one for one in statement["rest"][0]["resource"] if one["type"] == "Bundle")
    answers = {
        "read": await hospital.get(path),
        "vread": await hospital.get(f"{path}/_history/1"),
        "history-instance": await hospital.get(f"{path}/_history"),
        "search-type": await hospital.get("/fhir/Bundle"),
        "create": await hospital.post("/fhir/Bundle", {}),
        "update": await hospital.put(path, {}),
        "patch": await hospital.http.patch(path, content="[]", headers=hospital.headers),
        "delete": await hospital.http.delete(path, headers=hospital.headers),
    }
    offered = {name for name, answer in answers.items() if answer.status_code != 405}
    assert offered == {one["code"] for one in bundle["interaction"]}


async def test_each_type_that_is_listed_is_known_and_each_unlisted_one_is_not(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    statement = (await gateway.http.get("/fhir/metadata")).json()
    listed = {one["type"] for one in statement["rest"][0]["resource"]}
    assert {"Patient", "Encounter", "Claim", "MedicinalProduct"} <= listed
    for type_name in [*sorted(listed), "Parameters", "Foo", "SubstanceDefinition"]:
        answer = await hospital.get(f"/fhir/{type_name}/0199aaaa-0000-7000-8000-000000000000")
        code = answer.json()["issue"][0]["details"]["coding"][0]["code"]
        assert code == ("not-found" if type_name in listed else "not-supported")


async def test_the_smart_configuration_says_where_tokens_are_got(gateway: Gateway) -> None:
    configuration = (await gateway.http.get("/fhir/.well-known/smart-configuration")).json()
    assert configuration["token_endpoint"] == "http://issuer.test/oauth2/token"
    assert "client-confidential-asymmetric" in configuration["capabilities"]


async def test_the_openapi_has_an_example_for_every_body(gateway: Gateway) -> None:
    document = (await gateway.http.get("/openapi.json")).json()
    bodies = [
        operation["requestBody"]
        for path, operations in document["paths"].items()
        if re.match(r"/fhir", path)
        for operation in operations.values()
        if "requestBody" in operation
    ]
    assert bodies
    assert all("example" in media for body in bodies for media in body["content"].values())


async def test_dead_letters_are_the_operators_and_errors_there_are_problem_documents(gateway: Gateway) -> None:
    operator = gateway.issuer.bearer("operator:hub", "operations.manage")
    answer = await gateway.http.get("/v1/operations/dead-letters", headers=operator)
    assert answer.json() == {"items": [], "next_cursor": None}
    refused = await gateway.http.get("/v1/operations/dead-letters", headers=gateway.hospital().headers)
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
