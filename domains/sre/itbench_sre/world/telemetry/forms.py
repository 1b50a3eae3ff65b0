"""The unchanging parts of a span's row, made once for each operation and call of each start of a container."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from itbench_sre.world.application.model import Protocol
from itbench_sre.world.runtime.frames import Attempt, Failure, Frame
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.telemetry.attributes import client_attributes, path_of, server_attributes
from itbench_sre.world.telemetry.languages import LANGUAGES, scope_of
from itbench_sre.world.telemetry.names import client_span, server_span, service_of, verb_of
from itbench_sre.world.telemetry.places import filled, is_known
from itbench_sre.world.telemetry.resources import Resources, package_of
from itbench_sre.world.telemetry.texts import field, map_text

# A route is told as it is written, with its places.
_ROUTES = frozenset({"http.route", "url.template"})


@dataclass(slots=True)
class Form:
    """What all spans of one kind share.

    Attributes:
        grain_ns: of the clock.
        head: the row's text between its parent's id and its attributes.
        attributes: text of those of a span that went well; empty where some depend on the request.
        values: the same with places, where some do.
        records_exceptions: whether a failed one has an event.
        is_internal: whether it is a piece of work that nobody called, with no attributes of a protocol.
        events: names of those of a span that went well.
    """

    grain_ns: int
    head: str
    attributes: str
    values: tuple[tuple[str, str], ...]
    language: str
    program: str
    package: str
    protocol: Protocol
    records_exceptions: bool
    is_internal: bool = False
    events: tuple[str, ...] = ()

    def set_values(self, values: dict[str, str]) -> None:
        """Set the attributes of a span that went well."""
        if any("{" in value for key, value in values.items() if key not in _ROUTES):
            self.attributes, self.values = "", tuple(sorted(values.items()))
        else:
            self.attributes = field(map_text(values))

    def text(self, fields: Mapping[str, Any]) -> str:
        """Return the attributes of a span that went well as a field of its row."""
        return self.attributes or attributes_text(dict(self.values), fields)


class Forms:
    """Finds the form of a span; forms are kept for as long as the table lasts."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._known: dict[tuple[str, str, int, str, str], Form | None] = {}

    def server(self, frame: Frame) -> Form | None:
        """Return the form of a server's span; None where it writes none."""
        place = frame.process.place
        key = (
            place.uid,
            place.container,
            place.restart,
            frame.operation.name,
            "" if frame.parent_span else "root",
        )
        try:
            return self._known[key]
        except KeyError:
            name, kind = server_span(place, frame.operation, is_root=not frame.parent_span)
            form = (
                self._form(frame.process, name, kind, frame.operation.protocol, is_client=False)
                if name
                else None
            )
            if form is not None:
                form.set_values(server_values(form, frame, None))
                form.events = _events(form.language, form.protocol)
            self._known[key] = form
            return form

    def client(self, attempt: Attempt) -> Form | None:
        """Return the form of a client's span; None where it writes none."""
        place = attempt.frame.process.place
        call = attempt.call
        key = (
            place.uid,
            place.container,
            place.restart,
            f"{call.dependency} {call.operation}",
            attempt.address,
        )
        try:
            return self._known[key]
        except KeyError:
            name, kind = client_span(place, call, attempt.dependency)
            protocol = attempt.dependency.protocol
            form = self._form(attempt.frame.process, name, kind, protocol, is_client=True) if name else None
            if form is not None:
                form.set_values(client_values(form, attempt, None))
            self._known[key] = form
            return form

    def other(self, process: Process, name: str, kind: str) -> Form:
        """Return the form of a span that belongs to no call: of a stream, or of work that has one of its own."""
        place = process.place
        key = (place.uid, place.container, place.restart, name, kind)
        form = self._known.get(key)
        if form is None:
            form = self._known[key] = self._form(
                process, name, kind, Protocol.GRPC, is_client=kind == "Client"
            )
        return form

    def _form(self, process: Process, name: str, kind: str, protocol: Protocol, *, is_client: bool) -> Form:
        place = process.place
        program = place.image.program
        language, program_name = (program.language, program.name) if program else ("", place.container)
        scope, version = scope_of(language, protocol, program_name, is_client=is_client)
        known = LANGUAGES.get(language)
        if kind == "Internal":
            scope, version = known.own.replace("{name}", program_name) if known else program_name, ""
        texts = (name, kind, service_of(place), self._resources.text(process), scope, version)
        return Form(
            grain_ns=known.span_grain_ns if known else 1,
            head="\t".join(field(text) for text in texts),
            attributes="{}",
            values=(),
            language=language,
            program=program_name,
            package=package_of(place),
            protocol=protocol,
            records_exceptions=known is not None and known.records_exceptions,
            is_internal=kind == "Internal",
        )


def attributes_text(values: Mapping[str, str], fields: Mapping[str, Any]) -> str:
    """Return attributes as a field of a row, their places filled in; those that have unknown ones are left out."""
    made = {}
    for key in sorted(values):
        value = values[key]
        if "{" not in value or key in _ROUTES:
            made[key] = value
        elif is_known(value, fields):
            made[key] = filled(value, fields)
    return field(repr(made))


def server_values(form: Form, frame: Frame, failure: Failure | None) -> dict[str, str]:
    """Return the attributes of a server's span, those of the request with places."""
    operation = frame.operation
    fixed = {
        "{path}": path_of(operation.name),
        "{operation}": operation.name,
        "{method}": verb_of(operation.name),
    }
    own = {key: fixed.get(value, value) for key, value in operation.attributes}
    if form.is_internal:
        return own
    program = frame.process.place.image.program
    port = str(next(iter(program.ports.values()), 8080)) if program else "8080"
    values = server_attributes(form.language, operation, port, failure)
    if frame.topic:
        values["messaging.destination.name"] = frame.topic
    return values | own


def client_values(form: Form, attempt: Attempt, failure: Failure | None) -> dict[str, str]:
    """Return the attributes of a client's span."""
    return client_attributes(form.language, attempt.call, form.protocol, attempt.address, failure)


def _events(language: str, protocol: Protocol) -> tuple[str, ...]:
    if language == "cpp":
        return ("Processing currency conversion request", "Conversion successful, response sent back")
    if language == "java" and protocol is Protocol.GRPC:
        return ("message", "message")
    return ()
