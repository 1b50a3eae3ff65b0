"""The words that applications are written in: effects, flags, fields, addresses, scripts."""

import pytest

from itbench_sre.world.application.effects import effects_of, effects_of_flag
from itbench_sre.world.application.fields import drawn, places_of
from itbench_sre.world.application.flags import read_flags
from itbench_sre.world.application.reading import file_text, host_and_port, part_of, variable_text
from itbench_sre.world.application.shell import Script, script_of
from itbench_sre.world.clock.randomness import Randomness

_FLAGS = """{"flags": {
  "share": {"state": "ENABLED", "defaultVariant": "10%", "variants": {"10%": 0.1, "off": 0}},
  "many": {"state": "ENABLED", "defaultVariant": "on", "variants": {"on": 100, "off": 0}},
  "off": {"state": "ENABLED", "defaultVariant": "off", "variants": {"on": true, "off": false}},
  "asleep": {"state": "DISABLED", "defaultVariant": "on", "variants": {"on": true, "off": false}},
  "group": {"state": "ENABLED", "defaultVariant": "off", "variants": {"on": true, "off": false},
            "targeting": {"if": [{"in": [{"var": "kind"}, ["beta", "staff"]]}, "on", "off"]}}
}}"""


@pytest.mark.parametrize(
    ("name", "kind", "thousandths"),
    [
        ("share", "", 100),
        ("many", "", 100_000),
        ("off", "", 0),
        ("asleep", "", 0),
        ("missing", "", 0),
        ("group", "beta", 1000),
        ("group", "other", 0),
    ],
)
def test_the_value_of_a_flag(name: str, kind: str, thousandths: int) -> None:
    assert read_flags(_FLAGS).thousandths(name, {"kind": kind}) == thousandths


@pytest.mark.parametrize("text", ["", "{", "[]", '{"flags": {"a": {}}}', '{"flags": 3}'])
def test_a_malformed_file_of_flags_says_so_and_has_none(text: str) -> None:
    read = read_flags(text)
    assert read.error.startswith("unable to parse flag configuration")
    assert read.flags == {}


def test_an_effect_names_its_operation_and_the_requests_that_it_concerns() -> None:
    (effect,) = effects_of({"failure_per_million|shop/Get|product=X|1": 5})
    assert (effect.name, effect.operation, effect.field, effect.value) == (
        "failure_per_million", "shop/Get", "product", "X|1",
    )  # fmt: skip
    assert [one.amount for one in effects_of_flag({"wait_us": 1000, "extra_calls": 1}, 5_000_000)] == [
        5_000_000,
        5000,
    ]
    assert effects_of_flag({"wait_us": 1000}, 0) == []


def test_fields_are_drawn_alike_for_the_same_stream_and_linked_ones_belong_together() -> None:
    fields = {
        "product": ("A", "B", "C", "D"),
        "name": ("<as product>", "a", "b", "c", "d"),
        "list": ("<3 of product>",),
        "user": ("<uuid>",),
        "trace": ("<hex 6>",),
        "count": ("<3-5>",),
    }
    for seed in range(20):
        one, again = (drawn(fields, Randomness(seed)) for _ in range(2))
        assert one == again
        assert one["name"] == one["product"].lower()
        assert len(one["list"].split(",")) == 3
        assert len(one["user"]) == 36
        assert len(one["trace"]) == 6
        assert one["count"] in ("3", "4", "5")


def test_places_are_words_in_braces() -> None:
    assert places_of('{"level":"info"} {user} did {x_1} {not this}') == ["user", "x_1"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PLAIN", "7"),
        ("HOST:PORT", "flags:8013"),
        ("OPTIONS#Xmx", "400"),
        ("OPTIONS#max-old-space-size", "256"),
        ("LIMIT", "16"),
        ("LARGE", "2048"),
        ("DSN#Maximum Pool Size", "20"),
        ("URL#password", "secret"),
        ("URL#sslmode", "off"),
        ("MISSING", None),
        ("MISSING#part", None),
        ("DSN#Other", None),
    ],
)
def test_what_a_variable_gives(variable: str, value: str | None) -> None:
    environment = {
        "PLAIN": "7",
        "HOST": "flags",
        "PORT": "8013",
        "OPTIONS": "-Xmx400M -Xms400M --max-old-space-size=256",
        "LIMIT": "16MiB",
        "LARGE": "2Gi",
        "DSN": "Host=db;Maximum Pool Size=20",
        "URL": "postgres://me:secret@db:5433/x?sslmode=off",
    }
    assert variable_text(variable, environment) == value


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("cart:8080", ("cart", 8080)),
        ("http://quote:8080/x", ("quote", 8080)),
        ("https://quote", ("quote", 443)),
        ("redis://:pw@cache.shop.svc:6379/0", ("cache.shop.svc", 6379)),
        ("jdbc:postgresql://db/x", ("db", 5432)),
        ("Host=db;Username=u", ("db", 5432)),
        ("Server=db;Port=6000;Password=a=b", ("db", 6000)),
        ("one:9092,two:9092", ("one", 9092)),
        ("bare", ("bare", 5432)),
    ],
)
def test_host_and_port_of_an_address(text: str, place: tuple[str, int]) -> None:
    assert host_and_port(text, 5432) == place


def test_a_password_may_hold_an_equals_sign() -> None:
    assert part_of("Host=db;Password=a=b", "Password") == "a=b"


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("/a.yaml#pool.size", "4"),
        ("/a.yaml#pool.missing", None),
        ("/a.yaml#pool", None),
        ("/a.json#on", "true"),
        ("/a.properties#pool_size", "5"),
        ("/a.conf#max_connections", "60"),
        ("/a.conf", "max_connections = 60\nrequirepass x\n"),
        ("/missing#x", None),
    ],
)
def test_what_a_mounted_file_gives(where: str, value: str | None) -> None:
    files = {
        "/a.yaml": "pool:\n  size: 4\n",
        "/a.json": '{"on": true}',
        "/a.properties": "pool_size=5\n",
        "/a.conf": "max_connections = 60\nrequirepass x\n",
    }
    assert file_text(where, files) == value


@pytest.mark.parametrize(
    ("text", "script"),
    [
        (
            "until nc -z -v -w30 kafka 9092; do echo waiting for kafka; sleep 2; done;",
            Script(waits_for=("kafka:9092",)),
        ),
        ("cp /a/x.json /b/x.json && cat /b/x.json", Script(copies=(("/a/x.json", "/b/x.json"),))),
        (
            "while true; do curl http://gw:80/page; sleep 5; done",
            Script(is_endless=True, sleeps_s=5, fetches=("http://gw:80/page",)),
        ),
        ("echo hello; exit 3", Script(says=("hello",), exit_code=3)),
        ("sleep infinity", Script(is_endless=True)),
    ],
)
def test_what_a_script_does(text: str, script: Script) -> None:
    assert script_of(("sh", "-c", text)) == script
