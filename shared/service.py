"""The one way a service comes into being; the five differ in routers and components only."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import uvicorn
from fastapi import APIRouter, FastAPI

from shared.errors import SimpulError
from shared.observability import COMPONENT_RESTARTS, configure_logging, log
from shared.operations.contact_routes import contact_routes
from shared.operations.contacts import Contacts
from shared.partner_http import careful_client
from shared.settings import ServiceSettings
from shared.web.documentation import documentation_router
from shared.web.door import Door, ErrorRenderer, Reception, Verifier
from shared.web.health import Check, health_router
from shared.web.issuer_keys import IssuerKeys
from shared.web.observe import Observe
from shared.web.openapi import describe
from shared.web.problem import add_exception_handlers
from shared.web.tokens import TokenVerifier

_RESTART_DELAY_SECONDS_MAX = 10.0
_ISSUER_TIMEOUT_SECONDS = 5.0

Hook = Callable[[], Awaitable[None]]


class Component(Protocol):
    """A background part of a service: relay, consumer, sequencer, delivery engine."""

    name: str

    async def run(self) -> None:
        """Work until cancelled. An error ends the run; it is logged and run again after a back-off."""

    def problems(self) -> list[str]:
        """What keeps it from its work now, in words for an operator."""


@dataclass(frozen=True)
class Service:
    """A service ready to serve: its app, and what tests may want to reach."""

    name: str
    settings: ServiceSettings
    app: FastAPI
    components: tuple[Component, ...]


async def _run_forever(service: str, component: Component) -> None:
    delay = 0.1
    while True:
        began = asyncio.get_running_loop().time()
        try:
            await component.run()
        except SimpulError as error:
            log.warning("component.stopped", part=component.name, code=error.code, detail=error.detail)
        except Exception as error:
            log.error("component.failed", part=component.name, error=type(error).__name__, exc_info=error)
        COMPONENT_RESTARTS.labels(service, component.name).inc()
        ran_well = asyncio.get_running_loop().time() - began > _RESTART_DELAY_SECONDS_MAX
        delay = 0.1 if ran_well else min(delay * 2, _RESTART_DELAY_SECONDS_MAX)
        await asyncio.sleep(delay)


@asynccontextmanager
async def _running(service: str, components: Sequence[Component]) -> AsyncIterator[list["asyncio.Task[None]"]]:
    tasks = [asyncio.create_task(_run_forever(service, part), name=part.name) for part in components]
    try:
        yield tasks
    finally:
        for task in reversed(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _component_check(component: Component) -> Check:
    async def check() -> list[str]:
        return component.problems()

    return check


def _lifespan(
    name: str,
    settings: ServiceSettings,
    components: Sequence[Component],
    on_start: Sequence[Hook],
    on_stop: Sequence[Hook],
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        configure_logging(name, settings.log_level)
        try:
            for hook in on_start:
                await hook()
            async with _running(name, components):
                log.info("service.started", profile=settings.profile)
                yield
        finally:
            for hook in reversed(on_stop):
                await hook()
            log.info("service.stopped")

    return lifespan


def create_service(
    name: str,
    settings: ServiceSettings,
    *,
    title: str,
    routers: Sequence[APIRouter],
    verifier: Verifier | None = None,
    render_error: ErrorRenderer | None = None,
    reception: Reception | None = None,
    contacts: Contacts | None = None,
    components: Sequence[Component] = (),
    checks: Sequence[tuple[str, Check]] = (),
    on_start: Sequence[Hook] = (),
    on_stop: Sequence[Hook] = (),
) -> Service:
    """Build the FastAPI app: strict errors, the door before every route, health, and the components' lifespan.

    `verifier` judges access tokens; without one the issuer of the settings is asked. `render_error` gives the door's
    refusals another form than problem+json where a service's clients expect one; a service with pages has a
    `reception` for people. `contacts` counts partners' requests and lists them for operators. `checks` are asked by
    `/readyz` beside the components. `on_stop` runs in reverse, after the components ended.
    """
    if verifier is None:
        verifier, stop_verifier = issuer_verifier(settings)
        on_stop = [stop_verifier, *on_stop]
    if contacts is not None:
        routers = [*routers, contact_routes(contacts)]
        components = [*components, contacts]
    lifespan = _lifespan(name, settings, components, on_start, on_stop)
    app = FastAPI(title=title, version="1", lifespan=lifespan, redirect_slashes=False, docs_url=None, redoc_url=None)
    app.state.settings = settings
    add_exception_handlers(app)
    all_checks = [*checks, *((part.name, _component_check(part)) for part in components)]
    # Laid flat, so that the first route that fits is the same for the router and for the door.
    for router in (health_router(all_checks), documentation_router(title), *routers):
        app.router.routes.extend(router.routes)
    describe(app, issuer=settings.issuer)
    app.add_middleware(Door, routes=app.router.routes, tokens=verifier, render_error=render_error, reception=reception)
    app.add_middleware(Observe, service=name, count=contacts.count if contacts is not None else None)
    return Service(name, settings, app, tuple(components))


def issuer_verifier(settings: ServiceSettings) -> tuple[TokenVerifier, Hook]:
    """The verifier of the issuer's tokens, and the hook that ends it."""
    http_client = careful_client(timeout_seconds=_ISSUER_TIMEOUT_SECONDS, connections_max=5)
    keys = IssuerKeys(settings.issuer, http_client, reached_at=settings.issuer_reached_at)
    verifier = TokenVerifier(settings.issuer, keys=keys)

    async def stop() -> None:
        await verifier.aclose()
        await http_client.aclose()

    return verifier, stop


def serve(service: Service) -> None:
    """Run until a signal, then let open requests end within the grace period."""
    uvicorn.run(
        service.app,
        host=service.settings.host,
        port=service.settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=service.settings.shutdown_grace_seconds,
    )
