"""Reads YAML from strangers: bounded, without aliases and tags, and never an error of any other kind."""

import yaml

from itbench import JsonValue

_DEEPEST = 60


class UnreadableYamlError(ValueError):
    """A text that is not YAML, or more than is read; the message is one line."""


class _Loader(yaml.SafeLoader):
    """Plain YAML only: a few aliases can stand for terabytes, and days of the calendar are no JSON."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases and what is nested too deeply."""
        if self.check_event(yaml.AliasEvent):
            raise UnreadableYamlError("aliases are not read")
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnreadableYamlError(f"it is nested more than {_DEEPEST} levels deep")
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":merge"))]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_documents(data: bytes, longest: int) -> list[JsonValue]:
    """Return all documents of a YAML file, empty ones left out.

    Raises:
        UnreadableYamlError: it is too long, not UTF-8, not YAML, or uses aliases.
    """
    if len(data) > longest:
        raise UnreadableYamlError(f"it holds {len(data)} bytes, allowed: {longest}")
    try:
        text = data.decode("utf-8")
        return [document for document in yaml.load_all(text, _Loader) if document is not None]
    except UnreadableYamlError:
        raise
    except yaml.YAMLError as error:
        raise UnreadableYamlError(" ".join(str(error).split())[:200]) from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise UnreadableYamlError(f"{type(error).__name__}: {str(error)[:200]}") from error
