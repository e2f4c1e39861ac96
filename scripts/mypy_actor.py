"""Tells mypy what the middleware puts on a request: ``request.actor`` and ``request.htmx``.

Behind a door there is always an actor, so views read it as one; the few places before the doors look for None
themselves and say so. Without this every view would carry a ``type: ignore`` or a request class of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import MDEF, SymbolTableNode, Var
from mypy.plugin import AttributeContext, ClassDefContext, Plugin
from mypy.types import AnyType, Type, TypeOfAny

REQUEST = "django.http.request.HttpRequest"
PUT_THERE = {"actor": "xinqiao.access.actor.Actor", "htmx": "django_htmx.middleware.HtmxDetails"}


def _name_them(context: ClassDefContext) -> None:
    info = context.cls.info
    for name in PUT_THERE:
        if name not in info.names:
            var = Var(name, AnyType(TypeOfAny.special_form))
            var.info = info
            var._fullname = f"{info.fullname}.{name}"
            info.names[name] = SymbolTableNode(MDEF, var, plugin_generated=True)


def _typed(target: str) -> Callable[[AttributeContext], Type]:
    def attribute(context: AttributeContext) -> Type:
        if context.is_lvalue:
            return context.default_attr_type
        try:
            return context.api.named_generic_type(target, [])
        except (KeyError, AssertionError):  # only part of the code is being checked
            return context.default_attr_type

    return attribute


class ActorPlugin(Plugin):
    def get_customize_class_mro_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        return _name_them if fullname == REQUEST else None

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        owner, _, name = fullname.rpartition(".")
        return _typed(PUT_THERE[name]) if name in PUT_THERE and owner.endswith("HttpRequest") else None


def plugin(version: str) -> type[Plugin]:
    return ActorPlugin
