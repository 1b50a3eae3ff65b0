"""Parses an expression, macros included.

The grammar: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax; the limits are those of cel-go.
"""

from collections.abc import Callable

from itbench_ciso.engines.inside.expressions.errors import CompileError
from itbench_ciso.engines.inside.expressions.macros import expanded
from itbench_ciso.engines.inside.expressions.syntax import (
    Call,
    Entries,
    Entry,
    Items,
    Literal,
    Name,
    Node,
    Select,
)
from itbench_ciso.engines.inside.expressions.tokens import Kind, Token, place, tokens
from itbench_ciso.engines.inside.expressions.values import Uint

DEEPEST = 250
LONGEST = 100_000
RESERVED = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ]
)
_RELATIONS = {"==", "!=", "<", "<=", ">", ">=", "in"}
_SUMS, _PRODUCTS = {"+", "-"}, {"*", "/", "%"}
_LITERALS = {"true": True, "false": False, "null": None}
_LEAST_INT = 2**63


def parse(text: str) -> Node:
    """Return the tree of an expression.

    Raises:
        CompileError: it is not well-formed, or larger than an API server takes.
    """
    if len(text) > LONGEST:
        raise CompileError(f"expression code point size exceeds limit: size: {len(text)}, limit {LONGEST}")
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._expression()
        if self._next.kind is not Kind.END:
            raise self._unexpected()
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _unexpected(self) -> CompileError:
        found = self._next
        return CompileError(
            f"{place(self._text, found.offset)}: Syntax error: unexpected {str(found.value)[:40]!r}"
        )

    def _is(self, *values: str) -> bool:
        return self._next.kind in {Kind.SIGN, Kind.NAME} and self._next.value in values

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _takes(self, value: str) -> bool:
        if not self._is(value):
            return False
        self._at += 1
        return True

    def _expect(self, value: str) -> Token:
        if not self._is(value):
            raise self._unexpected()
        return self._take()

    def _nested(self, offset: int, parse_part: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise CompileError(f"{place(self._text, offset)}: expression recursion limit exceeded: {DEEPEST}")
        node = parse_part()
        self._depth -= 1
        return node

    def _expression(self) -> Node:
        return self._nested(self._next.offset, self._conditional)

    def _conditional(self) -> Node:
        condition = self._alternatives()
        if not self._is("?"):
            return condition
        offset = self._take().offset
        yes = self._alternatives()
        self._expect(":")
        return Call("_?_:_", None, [condition, yes, self._expression()], offset)

    def _alternatives(self) -> Node:
        return self._logical("||", lambda: self._logical("&&", self._relation))

    def _logical(self, sign: str, parse_term: Callable[[], Node]) -> Node:
        terms, offset = [parse_term()], self._next.offset
        while self._takes(sign):
            terms.append(parse_term())
        return terms[0] if len(terms) == 1 else Call(f"_{sign}_", None, terms, offset)

    def _relation(self) -> Node:
        return self._binary(
            _RELATIONS, lambda: self._binary(_SUMS, lambda: self._binary(_PRODUCTS, self._unary))
        )

    def _binary(self, signs: set[str], parse_operand: Callable[[], Node]) -> Node:
        node, count = parse_operand(), 0
        while self._is(*signs):
            sign, count = self._take(), count + 1
            if self._depth + count > DEEPEST:
                raise CompileError(
                    f"{place(self._text, sign.offset)}: expression recursion limit exceeded: {DEEPEST}"
                )
            name = "@in" if sign.value == "in" else f"_{sign.value}_"
            node = Call(name, None, [node, parse_operand()], sign.offset)
        return node

    def _unary(self) -> Node:
        for sign, name in (("!", "!_"), ("-", "-_")):
            if self._is(sign):
                return self._signed(sign, name)
        return self._member()

    def _signed(self, sign: str, name: str) -> Node:
        offset, count = self._next.offset, 0
        while self._takes(sign):
            count += 1
        if sign == "-" and self._next.kind in {Kind.INT, Kind.DOUBLE}:
            # The sign right before a number belongs to it.
            self._at -= 1
            count -= 1
        node = self._member()
        return Call(name, None, [node], offset) if count % 2 else node

    def _member(self) -> Node:
        node, count = self._primary(), 0
        while self._is(".", "["):
            count += 1
            sign = self._take()
            if self._depth + count > DEEPEST:
                raise CompileError(
                    f"{place(self._text, sign.offset)}: expression recursion limit exceeded: {DEEPEST}"
                )
            node = self._selected(node, sign) if sign.value == "." else self._indexed(node, sign)
        return node

    def _selected(self, operand: Node, sign: Token) -> Node:
        is_optional = self._takes("?")
        if self._next.kind is not Kind.NAME or self._next.value in {*_LITERALS, "in"}:
            raise self._unexpected()
        name = self._take()
        if is_optional:
            return Call("_?._", None, [operand, Literal(name.value, name.offset)], sign.offset)
        if not self._is("("):
            return Select(operand, name.value, sign.offset)
        offset = self._take().offset
        call = Call(name.value, operand, self._arguments(")"), offset)
        return expanded(call, self._text)

    def _indexed(self, operand: Node, sign: Token) -> Node:
        name = "_[?_]" if self._takes("?") else "_[_]"
        node = Call(name, None, [operand, self._expression()], sign.offset)
        self._expect("]")
        return node

    def _arguments(self, end: str) -> list[Node]:
        found: list[Node] = []
        if self._takes(end):
            return found
        found.append(self._expression())
        while self._takes(","):
            found.append(self._expression())
        self._expect(end)
        return found

    def _primary(self) -> Node:
        token = self._next
        if token.kind in {Kind.INT, Kind.UINT, Kind.DOUBLE, Kind.STRING, Kind.BYTES} or self._is("-"):
            return self._literal()
        if self._takes("("):
            node = self._expression()
            self._expect(")")
            return node
        if self._takes("["):
            return self._items(token.offset)
        if self._takes("{"):
            return self._entries(token.offset)
        return self._named()

    def _literal(self) -> Node:
        offset = self._next.offset
        is_negative = self._takes("-")
        if is_negative and self._next.kind not in {Kind.INT, Kind.DOUBLE}:
            raise self._unexpected()
        token = self._take()
        value = token.value
        if token.kind is Kind.INT and (value > _LEAST_INT or (value == _LEAST_INT and not is_negative)):
            raise CompileError(f"{place(self._text, offset)}: invalid int literal")
        if token.kind is Kind.UINT:
            return Literal(Uint(value), offset)
        return Literal(-value if is_negative else value, offset)

    def _named(self) -> Node:
        is_absolute = self._takes(".")
        token = self._next
        if token.kind is not Kind.NAME or token.value == "in":
            raise self._unexpected()
        self._take()
        if token.value in _LITERALS:
            return Literal(_LITERALS[token.value], token.offset)
        if token.value in RESERVED:
            raise CompileError(f"{place(self._text, token.offset)}: reserved identifier: {token.value}")
        name = f".{token.value}" if is_absolute else token.value
        if self._is("{"):
            raise CompileError(
                f"{place(self._text, token.offset)}: undeclared type {token.value!r}: there are no messages here"
            )
        if not self._is("("):
            return Name(name, token.offset)
        offset = self._take().offset
        return expanded(Call(name, None, self._arguments(")"), offset), self._text)

    def _items(self, offset: int) -> Node:
        items: list[Node] = []
        optional = set()
        while not self._takes("]"):
            if self._takes("?"):
                optional.add(len(items))
            items.append(self._expression())
            if not self._takes(","):
                self._expect("]")
                break
        return Items(items, offset, frozenset(optional))

    def _entries(self, offset: int) -> Node:
        entries = []
        while not self._takes("}"):
            is_optional = self._takes("?")
            key = self._expression()
            self._expect(":")
            entries.append(Entry(key, self._expression(), is_optional))
            if not self._takes(","):
                self._expect("}")
                break
        return Entries(entries, offset)
