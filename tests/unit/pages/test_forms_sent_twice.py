"""Every form that posts is known when it is sent twice, and every route that takes one has its effect once."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted(
    path
    for folder in ("services", "shared")
    for path in (ROOT / folder).rglob("templates/**/*.html")
    if 'method="post"' in path.read_text("utf-8")
)
_FORM = re.compile(r'<form[^>]*method="post".*?</form>', re.DOTALL)
# A form's own id is looked at by one of these, or by whoever reads the field itself.
_LOOKED_AT = frozenset({"act_on_claim", "begin_once", "once", "'once'"})
# What has its effect once without it, and why.
_CHANGES_NOTHING = "it changes nothing"
_BY_STATE = "what has been done is found done, and refused or passed over"
_OTHERWISE = {
    "/console/search": _CHANGES_NOTHING,
    "/console/claims/{case_number}/identity": _CHANGES_NOTHING,
    "/console/sign-out": _BY_STATE,
    "/console/unmatched/{pair_id}": _BY_STATE,
    "/console/assignment": _BY_STATE,
    "/console/completion": "each claim is asked for under the decision version that was seen",
    "/console/filters": _BY_STATE,
    "/console/filters/{filter_id}/removal": _BY_STATE,
    "/console/partners/{client_id}/revocation": _BY_STATE,
    "/console/partners/{client_id}/approval": _BY_STATE,
    "/console/partners/{client_id}/credentials/{credential_id}/{action}": _BY_STATE,
    "/console/partners/{client_id}/credentials/{credential_id}/expiry": "the same end is set again",
    "/console/partners/{org}/webhooks/{service}/{endpoint_id}/{action}": "held is held, and a test changes nothing",
    "/console/operations/dead-letters/{service}": _BY_STATE,
    "/console/operations/dead-letters/{service}/{letter_id}/{action}": _BY_STATE,
    "/console/operations/deliveries/{service}/{delivery_id}/{action}": _BY_STATE,
    "/console/operations/subscriptions/{service}/{subscription_id}/{action}": _BY_STATE,
    "/console/operations/dead-letters/{service}/{letter_id}/edit": "it is based on the version that was seen",
    "/console/operations/dead-letters/{service}/{letter_id}/reveal": _CHANGES_NOTHING,
    "/status": _CHANGES_NOTHING,
    "/status/leave": _BY_STATE,
    "/status/messages": _BY_STATE,
    "/status/companions/{companion_id}/end": _BY_STATE,
    "/perusahaan/masuk": _CHANGES_NOTHING,
    "/perusahaan/keluar": _BY_STATE,
    "/perusahaan/impor": "a row that was accepted is known by its content",
    "/lapor/mulai": "the draft begun before is thrown away",
    "/lapor/lanjut": _CHANGES_NOTHING,
    "/lapor/hapus": _BY_STATE,
    "/lapor/kirim": "a draft is sent once",
    "/lapor/{path}": "the same fields are written again",
    "/lapor/foto/{photo_id}/hapus": _BY_STATE,
    "/receipt/{code}": _CHANGES_NOTHING,
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_form_that_posts_bears_its_own_id(path: Path) -> None:
    forms = _FORM.findall(path.read_text("utf-8"))
    assert forms
    bare = [form[:120] for form in forms if "token(view)" not in form]
    assert not bare, "`{{ token(view) }}` holds the visitor's token and `once`"


def routes() -> Iterator[tuple[str, frozenset[str]]]:
    """Path of every page that takes a form, and what its function calls, itself or by others of its module."""
    for path in sorted((ROOT / "services").rglob("entrypoints/**/*.py")) + sorted((ROOT / "shared").rglob("pages.py")):
        functions = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if _is_function(node)]
        called = {node.name: set(_called(node)) for node in functions}
        for node in functions:
            for decorator in filter(_is_page_post, node.decorator_list):
                reached, fresh = {node.name}, {node.name}
                while fresh:
                    fresh = {name for one in fresh for name in called[one] & called.keys()} - reached
                    reached |= fresh
                names = frozenset(name for one in reached for name in called[one])
                yield _path(decorator.args[0], path, {}), names  # type: ignore[attr-defined]


def _is_function(node: ast.AST) -> TypeGuard[ast.AsyncFunctionDef | ast.FunctionDef]:
    return isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)


def _is_page_post(decorator: ast.expr) -> bool:
    if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) != "router.post":
        return False
    return any(
        kept.arg is None and re.match(r"page\(|employers_only\(", ast.unparse(kept.value))
        for kept in decorator.keywords
    )


def _called(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            yield ast.unparse(inner.func).rpartition(".")[2]
        elif isinstance(inner, ast.Constant) and inner.value == "once":
            yield "'once'"


def _path(written: ast.expr, module: Path, known: dict[str, str]) -> str:
    """The path as the module writes it, its constants looked up."""
    names = {one.id for one in ast.walk(written) if isinstance(one, ast.Name)}
    for name in names - known.keys():
        known[name] = _constant(name, module)
    value: str = eval(ast.unparse(written), {"__builtins__": {}}, dict(known))
    return value


def _constant(name: str, module: Path) -> str:
    for line in module.read_text("utf-8").splitlines():
        if found := re.match(rf"{name} = (.+)$|{name}, \w+ = (.+), .+$|\w+, {name} = .+, (.+)$", line):
            written = ast.parse(next(part for part in found.groups() if part), mode="eval").body
            return _path(written, module, {})
        if re.match(rf"from (\S+) import .*\b{name}\b", line):
            source = ROOT / (line.split()[1].replace(".", "/") + ".py")
            return _constant(name, source)
    raise AssertionError(f"{name} of {module.name} is not found")


def test_every_route_that_takes_a_form_has_its_effect_once() -> None:
    found = dict(routes())
    unsure = {path for path, called in found.items() if not called & _LOOKED_AT} - _OTHERWISE.keys()
    assert not unsure, "look at `once` (act_on_claim, begin_once), or say here why it is not needed"
    assert len(found) > 40
    assert not _OTHERWISE.keys() - found.keys(), "said of routes that are no more"
