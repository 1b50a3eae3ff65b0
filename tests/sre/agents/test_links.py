"""How strongly changes and symptoms belong together."""

import pytest

from itbench_sre.agents.changes import Change
from itbench_sre.agents.links import Suspect, changed_words, find_link, named_settings, new_values, timing
from itbench_sre.agents.symptoms import Symptom
from itbench_sre.snapshot import Difference, ObjectId

S = 1_000_000_000


def change(
    kind="Deployment", name="till", *, what="changed", gravity=2.0, time_s=600, until_s=None, differences=()
):
    return Change(
        id=ObjectId("shop", kind, name), what=what, time_ns=time_s * S, gravity=gravity, text="it changed",
        differences=list(differences), until_ns=None if until_s is None else until_s * S,
    )  # fmt: skip


def symptom(source="calls", workload="till", peer="", *, text="connection refused", onset_s=610):
    return Symptom(source=source, workload=workload, peer=peer, onset_ns=onset_s * S, amount=1, text=text)


@pytest.mark.parametrize(
    ("lead_s", "until_s", "fit"),
    [
        (0, None, 1.0),
        (240, None, 1.0),
        (-30, None, 1.0),
        (-90, None, 0.0),
        (690, None, 0.5),
        (3600, None, 0.3),
        (100, 560, 1.0),
        (300, 330, 0.0),
    ],
    ids=[
        "at once",
        "minutes",
        "within the error",
        "after it",
        "long ago",
        "very long ago",
        "still on",
        "over before",
    ],
)
def test_a_change_fits_in_time_shortly_before_the_symptom(lead_s, until_s, fit):
    assert timing(change(time_s=600 - lead_s, until_s=until_s), symptom(onset_s=600)) == pytest.approx(fit)


@pytest.mark.parametrize(
    ("suspect", "seen", "strength"),
    [
        (Suspect(change("ResourceQuota", "cap")), symptom("events", text="exceeded quota: cap, used: 3"), 4.0),
        (Suspect(change("ResourceQuota", "cap")), symptom("events", text="exceeded quota: capital"), None),
        (Suspect(change(), targets={"till"}), symptom("events", text="BackOff"), 3.0),
        (Suspect(change(), targets={"till"}), symptom(), 2.5),
        (Suspect(change(), targets={"till"}), symptom(workload="gate", peer="till"), 2.5),
        (Suspect(change(), targets={"till"}), symptom(peer="stock"), 1.8),
        (Suspect(change(), targets={"till"}), symptom(peer="stock", text="lookup stock: no such host"), 2.8),
        (Suspect(change(), targets={"till"}), symptom(workload="gate", peer="stock"), None),
        (Suspect(change(gravity=0.1), targets={"till"}), symptom(), 0.625),
        (Suspect(change(), targets={"till"}, is_held_back=True), symptom(), 0.75),
        (Suspect(change(), values={"stock-v2"}), symptom(peer="stock", text="dial stock-v2: refused"), 3.5),
        (Suspect(change(), values={":8090"}), symptom("events", text="dial tcp 10.0.0.1:8090: refused"), 3.5),
        (Suspect(change("NetworkPolicy", "wall"), targets={"stock"}), symptom(peer="stock"), 3.0),
        (Suspect(change(what="created"), addressed={"vault"}), symptom(workload="stock", peer="vault"), 2.2),
        (Suspect(change(), addressed={"vault"}), symptom(workload="stock", peer="vault"), None),
        (Suspect(change("ConfigMap", "flags"), settings={"till"}), symptom(), 2.2),
        (Suspect(change("ConfigMap", "conf"), targets={"till"}, words={"pool"}), symptom(text="pool exhausted"), 4.0),
        (Suspect(change("Schedule", "x", what="experiment"), targets={"till", "stock"}), symptom(peer="stock"), 3.5),
        (Suspect(change("Schedule", "x", what="experiment"), targets={"till"}), symptom(peer="stock"), 2.5),
        (Suspect(change("Schedule", "till-stock-cut", what="experiment")), symptom(peer="stock"), 3.5),
        (Suspect(change("Schedule", "gate-cut", what="experiment"), targets={"gate"}), symptom(peer="stock"), None),
    ],
)  # fmt: skip
def test_the_strength_of_a_link(suspect, seen, strength):
    link = find_link(suspect, seen)
    assert (None if link is None else pytest.approx(link.strength)) == strength


def test_what_a_change_brought_is_told_from_what_was_there_before():
    places = [
        Difference(
            "spec.template.spec.containers[till].env[A].value", "http://stock:80", "http://stock-v2:80"
        ),
        Difference("spec.template.spec.containers[till].readinessProbe.tcpSocket.port", 8080, 8090),
        Difference("spec.template.spec.containers[till].command", None, ["/bin/serve", "-v"]),
    ]
    assert new_values(change(differences=places)) == {
        "http://stock-v2:80", "stock-v2", ":8090", "/bin/serve",
    }  # fmt: skip


def test_only_the_changed_lines_of_a_file_give_words():
    before, after = "max_connections = 100\nshared_buffers = 1\n", "max_connections = 9\nshared_buffers = 1\n"
    found = changed_words(change("ConfigMap", "db", differences=[Difference("data.file", before, after)]))
    assert "connection" in found
    assert "buffer" not in found


def test_a_flag_is_named_after_its_workload():
    place = Difference('data["flags.json"].flags.tillFailure.defaultVariant', "off", "on")
    assert named_settings(change("ConfigMap", "flags", differences=[place]), ["till", "stock"]) == {"till"}
    assert named_settings(change("Deployment", "flags", differences=[place]), ["till", "stock"]) == set()
