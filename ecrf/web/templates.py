"""Loads templates: without their indentation, which helps who writes them and weighs up to 5 kB in a page; and so that
what a template says to everybody alike is rendered once in the life of a process, and not for each page."""

import re
from itertools import groupby

from django.template import Context, Node, NodeList, Origin, Template, Variable
from django.template.base import FilterExpression, TextNode, TokenType
from django.template.defaulttags import CommentNode, IfNode, LoadNode, URLNode
from django.template.loaders import app_directories, base, cached, filesystem
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

AROUND_A_LINE = re.compile(r"^[ \t]+|[ \t]+$", re.MULTILINE)
"""The ends of the lines stay: Django's error pages count them."""


def without_indentation(origin: Origin, text: str) -> str:
    """Of a page. In a text, people see the indentation."""
    return text if str(origin.name).endswith(".txt") else AROUND_A_LINE.sub("", text)


class FilesystemLoader(filesystem.Loader):
    """Those of the project."""

    def get_contents(self, origin: Origin) -> str:
        return without_indentation(origin, super().get_contents(origin))


class AppDirectoriesLoader(app_directories.Loader):
    """Those of the apps, Django's own admin among them."""

    def get_contents(self, origin: Origin) -> str:
        return without_indentation(origin, super().get_contents(origin))


class UnchangingNode(Node):
    """Neighbours in a template that nothing of a page changes, only the language: kept as they were rendered first."""

    child_nodelists = ("nodes",)

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = NodeList(nodes)
        self.origin, self.token = nodes[0].origin, nodes[0].token  # type: ignore[attr-defined]
        self.has_words = any(isinstance(node, TranslateNode | BlockTranslateNode) for node in nodes)
        self._rendered: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        language = get_language() if self.has_words else ""
        if language not in self._rendered:
            self._rendered[language] = self.nodes.render(context)
        return self._rendered[language]


def unite(nodes: NodeList) -> None:
    """Put one node in the place of neighbours that no page changes, at every depth."""
    for node in nodes:
        for below in _below(node):
            unite(below)
    united: list[Node] = []
    for is_unchanging, some in groupby(nodes, key=_is_unchanging):
        neighbours = list(some)
        is_text = all(isinstance(node, TextNode) for node in neighbours)
        united += [UnchangingNode(neighbours)] if is_unchanging and not is_text else neighbours
    nodes[:] = united


def _below(node: Node) -> list[NodeList]:
    if isinstance(node, IfNode):  # which gives a copy of its own where it is asked for its list
        return [branch for _condition, branch in node.conditions_nodelists]
    found = (getattr(node, name, None) for name in node.child_nodelists)
    return [nodes for nodes in found if nodes]


def _is_unchanging(node: Node) -> bool:
    match node:
        case TextNode() | CommentNode() | LoadNode():
            return True
        case TranslateNode(asvar=None):
            return _is_literal(node.filter_expression) and _is_literal(node.message_context)
        case BlockTranslateNode(asvar=None, countervar=None):
            has_places = any(token.token_type != TokenType.TEXT for token in node.singular)
            return not (has_places or node.extra_context) and _is_literal(node.message_context)
        case StaticNode(varname=None):
            return _is_literal(node.path)
        case URLNode(asvar=None, args=[]):
            return _is_literal(node.view_name) and not node.kwargs
    return False


def _is_literal(expression: FilterExpression | None) -> bool:
    if expression is None:
        return True
    is_variable = isinstance(expression.var, Variable) and expression.var.lookups is not None
    return not (is_variable or expression.filters)


class _UnitedLoader(base.Loader):
    """What `cached` keeps: it asks whoever follows it among the parents of a class for each template, once."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        unite(template.nodelist)
        return template


class CachedLoader(cached.Loader, _UnitedLoader):
    """Keeps every template as it was loaded first."""
