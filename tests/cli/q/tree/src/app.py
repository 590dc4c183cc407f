"""An application."""
import os
from dataclasses import dataclass
from typing import Any, Protocol as P

LIMIT = 10
__all__ = ["App", "build_app"]


class ConfigError(Exception):
    pass


@dataclass(frozen=True)
class Options:
    debug: bool = False


class App:
    routes: dict = {}

    def __init__(self, options):
        self.options = options

    def route(self, path):
        def decorator(fn):
            self.routes[path] = fn
            return fn

        return decorator

    @property
    def debug(self):
        return self.options.debug

    @staticmethod
    @property
    def version():
        return "1"

    async def run(self):
        await self.start()
        raise ConfigError("no")

    async def start(self):
        pass


def build_app(path):
    with open(path) as handle:
        text = handle.read()
    if not text:
        raise ValueError("empty")
    return App(Options(debug=bool(text)))


def build_path(name):
    counter = 0

    def bump():
        nonlocal counter
        counter += 1
        return os.path.join(name, str(counter))

    return bump


def _hidden():
    try:
        return build_app("x")
    except OSError:
        raise
