"""The kinds of clients, as the command line takes them."""

from enum import StrEnum


class PartnerKind(StrEnum):
    """Who may be registered."""

    EMPLOYER = "employer"
    HOSPITAL = "hospital"
    DISNAKER = "disnaker"
    BPJS_VERIFIER = "bpjs-verifier"
    BPJS_CORE = "bpjs-core"
    CHANNEL = "channel"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class ConsoleRole(StrEnum):
    """What people at the console may be."""

    VERIFIER = "verifier"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    OPERATOR = "operator"
