"""Words of webhooks: what a receiver did, what it is told, why it is told nothing."""

from shared.web.pages.catalogues import N_

# What became of an attempt, where it is not the receiver's status.
MET = {
    "no-answer:timeout": N_("no answer in time"),
    "no-answer:refused": N_("no connection"),
    "no-answer:tls": N_("its certificate does not hold"),
    "no-answer:protocol": N_("the connection broke off"),
    "url.scheme": N_("the address is not https"),
    "url.port": N_("the port is not allowed"),
    "url.host": N_("the host has no public name"),
    "url.address-not-public": N_("the address is not a public one"),
    "url.unresolvable": N_("the host's name is not found"),
    "url.malformed": N_("the address cannot be used"),
    "url.user-information": N_("the address holds a password"),
    "message-purged": N_("the message was kept no longer"),
    "internal-error": N_("the hub failed with it"),
}
PAUSED = {
    "partner": N_("held by the partner itself"),
    "operator": N_("held by an operator"),
    "gone": N_("held: it answered 410 (gone)"),
}
OFFERS = {
    "intake": N_("News of accident reports (intake)"),
    "disnaker_gateway": N_("Notifications of cases (Disnaker gateway)"),
}
