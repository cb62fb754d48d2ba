"""Narrative: the XHTML that FHIR R4 allows (2.4.1: txt-1 and txt-2), no script, no form, no foreign element."""

from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

_NAMESPACE = "http://www.w3.org/1999/xhtml"
_ELEMENTS = """
p br div h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym cite blockquote hr ul ol li dl dt dd
pre table caption colgroup col thead tr tfoot tbody th td code samp img map area sub sup address bdo del ins kbd
"""
_ATTRIBUTES = """
title style class id lang xml:lang xmlns dir accesskey tabindex span width align valign char charoff abbr axis headers
scope rowspan colspan href hreflang rel rev charset type name src alt height usemap ismap longdesc coords shape nohref
cite datetime border cellpadding cellspacing frame rules summary start value compact size noshade clear bgcolor
"""
_ALLOWED_ELEMENTS, _ALLOWED_ATTRIBUTES = frozenset(_ELEMENTS.split()), frozenset(_ATTRIBUTES.split())


class _Refused(Exception):
    pass


def narrative_problem(markup: Any) -> str | None:
    """`narrative-invalid` for what is no allowed XHTML or says nothing; None when all is well."""
    if markup.__class__ is not str:
        return "type-mismatch"
    told = False
    depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, told
        if depth == 0 and (name != "div" or attributes.get("xmlns") != _NAMESPACE):
            raise _Refused
        depth += 1
        told = told or name == "img"
        if name not in _ALLOWED_ELEMENTS or not _ALLOWED_ATTRIBUTES.issuperset(attributes):
            raise _Refused

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def text(characters: str) -> None:
        nonlocal told
        told = told or bool(characters.strip())

    def refuse(*_: object) -> None:
        raise _Refused

    parser = ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = opened, closed, text
    parser.ProcessingInstructionHandler = parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(markup, True)
    except (ExpatError, _Refused, ValueError):
        return "narrative-invalid"
    return None if told else "narrative-invalid"
