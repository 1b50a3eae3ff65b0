"""`alerts/`: what fires, polled every minute, and the first golden signal after something happened."""

import json
from collections.abc import Sequence

from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US, Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import kubernetes_text, microseconds_stamp
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.telemetry.ruler import Ruler
from itbench_sre.world.telemetry.standing import StandingAlerts

_GOLDEN = (
    "FailedPodsDetected",
    "PendingPodsDetected",
    "RequestLatency",
    "RequestErrorRate",
    "KafkaConnectionClosureRate",
    "HighRequestLatency",
    "HighRequestErrorRate",
    "NoRequestsReceived",
    "ErrorBudgetBurn",
    "LatencyBudgetBurn",
)
_TRIES = 30


class Alerts:
    """Polls Prometheus.

    Attributes:
        files: text of each file, by name.
    """

    def __init__(
        self, loop: Loop, seed: int, ruler: Ruler, standing: StandingAlerts, golden: Sequence[str] = _GOLDEN
    ) -> None:
        self.files: dict[str, str] = {}
        self._loop = loop
        self._seed = mixed(seed, "alert polls")
        self._ruler = ruler
        self._standing = standing
        self._golden = frozenset(golden)
        self._tries = 0

    def start(self, watch_us: int) -> None:
        """Begin to poll, and from `watch_us` on to watch for the first golden signal."""
        self._loop.after(Randomness(self._seed).below(MINUTE_US), self._poll)
        self._loop.at(watch_us, self._watch)

    def _poll(self) -> None:
        now_us = self._loop.now_us
        items = [*self._standing.items(now_us), *(alert.item() for alert in self._ruler.firing())]
        self.files[f"alerts_at_{microseconds_stamp(now_us, '-')}.json"] = json.dumps(items, indent=4)
        random = Randomness(mixed(self._seed, f"poll {now_us}"))
        self._loop.after(MINUTE_US + random.below(700) - 200, self._poll)

    def _watch(self) -> None:
        now_us = self._loop.now_us
        self._tries += 1
        found = [alert.item() for alert in self._ruler.firing() if alert.rule.alert in self._golden]
        if not found and self._tries < _TRIES:
            random = Randomness(mixed(self._seed, f"watch {now_us}"))
            self._loop.after(15 * SECOND_US + random.below(90_000), self._watch)
            return
        name = f"alerts_in_alerting_state_{microseconds_stamp(now_us, '')}Z.json"
        self.files[name] = json.dumps(_answer(found, now_us), indent=4, sort_keys=True)


def _answer(alerts: list[JsonObject], now_us: int) -> JsonObject:
    return {"data": {"alerts": alerts}, "status": "success", "timestamp": kubernetes_text(now_us)}
