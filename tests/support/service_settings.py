"""The class of settings that each service reads."""

import importlib

from shared.settings import ServiceSettings


def settings_class(service: str) -> type[ServiceSettings]:
    module = importlib.import_module(f"services.{service}.settings")
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, ServiceSettings)]
    return next(value for value in found if value.__module__ == module.__name__)
