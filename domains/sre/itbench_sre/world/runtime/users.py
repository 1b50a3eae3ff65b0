"""The users: visits that are drawn beforehand, whatever the state of the world, and sent by who plays them.

A load generator is a workload like any other: where none of its processes runs, nobody visits; its setting `users`
says how many there are. An application without one is visited from outside of the cluster.
"""

from typing import TYPE_CHECKING

from itbench_sre.world.application.flows import containers_of
from itbench_sre.world.application.model import (
    Application,
    Call,
    Dependency,
    Image,
    Journey,
    Operation,
    Program,
    Protocol,
    Setting,
    Work,
)
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.randomness import EXPONENTIAL, Randomness, mixed
from itbench_sre.world.runtime.frames import Frame, Request
from itbench_sre.world.runtime.place import Place
from itbench_sre.world.runtime.plans import Plan, WorkPlan
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.runtime.shapes import Day
from itbench_sre.world.store.refs import Ref

if TYPE_CHECKING:
    from itbench_sre.world.runtime.runtime import Runtime

_SAMPLED_IN = 1


class Minute:
    """What became of the visits that began in one minute.

    Attributes:
        visits: begun; `refused` could not be played since nobody ran who plays them.
        failed: visits that ended with a failure.
        calls: of the entrance that were sent; `failed_calls` of them failed, `unsent` were given up with a visit.
        late: visits that took longer than `Users.patience_us`.
    """

    __slots__ = ("calls", "failed", "failed_calls", "late", "refused", "unsent", "visits")

    def __init__(self) -> None:
        self.visits = self.failed = self.calls = self.late = self.refused = self.unsent = (
            self.failed_calls
        ) = 0


class Users:
    """All users of an application.

    Attributes:
        factor_per_cent: more or fewer users than there are, as a campaign brings.
        minutes: what became of visits, by the minute in which they began.
        patience_us: a visit that takes longer than so much for each call has failed for its user.
        sampled_in: the collector keeps one trace in so many.
    """

    def __init__(
        self, runtime: "Runtime", application: Application, seed: int, *, is_flat: bool = False
    ) -> None:
        self.factor_per_cent = 100
        self.minutes: dict[int, Minute] = {}
        self.patience_us = 4_000_000
        self.sampled_in = _SAMPLED_IN
        self._runtime = runtime
        self._application = application
        self._seed = mixed(seed, "users")
        self._day = Day(mixed(seed, "day"), is_flat=is_flat)
        self._weights = sum(journey.weight for journey in application.journeys)
        self._seen_epoch = -1
        self._playing: list[int] = []
        self._is_on = False
        self._layers = 0
        self._minute = 0
        self._outside: Process | None = None
        self._programs = [image.program for image in application.images if image.program is not None]
        self._has_load = any(program.role == "load" for program in self._programs)
        self._usual = _usual(application)

    def begin(self) -> None:
        """Let users come from now on."""
        if not self._is_on:
            self._is_on = True
            self._next_minute()

    def end(self) -> None:
        """Let no more users come."""
        self._is_on = False

    def _next_minute(self) -> None:
        if not self._is_on:
            return
        now_us = self._runtime.loop.now_us
        self._minute = now_us // MINUTE_US
        self._layers = 0
        self._draw_layers()
        self._runtime.loop.at((self._minute + 1) * MINUTE_US, self._next_minute)

    def _draw_layers(self) -> None:
        """Draw this minute's visits: a layer for every hundred percent of users, each from a stream of its own."""
        wanted = (self._per_cent() + 99) // 100
        while self._layers < max(1, wanted):
            self._draw(self._layers)
            self._layers += 1

    def _draw(self, layer: int) -> None:
        loop = self._runtime.loop
        begin_us = self._minute * MINUTE_US
        per_hour = self._application.visits_per_minute * self._day.per_cent(begin_us)
        if per_hour <= 0:
            return
        gap_us = MINUTE_US * 100 // per_hour
        random = Randomness(mixed(self._seed, f"minute {self._minute} {layer}"))
        at_us = begin_us + random.spread(gap_us, EXPONENTIAL) // 2
        ordinal = 0
        while at_us < begin_us + MINUTE_US:
            if at_us >= loop.now_us:
                loop.at(
                    at_us, self._visit, layer, random.below(100), (self._minute * 64 + layer) * 4096 + ordinal
                )
            ordinal += 1
            at_us += random.spread(gap_us, EXPONENTIAL)

    def _per_cent(self) -> int:
        """Return how many users there are, in percent of the usual number."""
        return self._played_by(self._players()) if self._has_load else self.factor_per_cent

    def _played_by(self, players: list[Process]) -> int:
        total = sum(self._share(process) for process in players)
        return (total if players else 100) * self.factor_per_cent // 100

    def _share(self, process: Process) -> int:
        """Return how many of an application's usual users a process plays, in percent."""
        players, users = self._usual
        return process.number_of("users", users) * 100 // (users * players)

    def _players(self) -> list[Process]:
        epoch = self._runtime.network.epoch
        if self._seen_epoch != epoch:
            self._seen_epoch = epoch
            self._playing = [
                process.number for process in self._runtime.processes.values() if self._is_player(process)
            ]
        return [self._runtime.processes[number] for number in self._playing]

    def _is_player(self, process: Process) -> bool:
        return (
            process.program is not None
            and process.program.role == "load"
            and process.ready_us > 0
            and process.place.pod.namespace == self._application.namespace
            and process.text_of("is_started", "true") == "true"
        )

    def _visit(self, layer: int, draw: int, number: int) -> None:
        """Let a visit begin, where there are that many users now."""
        if not self._is_on:
            return
        players = self._players() if self._has_load else []
        per_cent = self._played_by(players) if self._has_load else self.factor_per_cent
        if per_cent > self._layers * 100:
            self._draw_layers()
        if draw >= per_cent - layer * 100:
            return
        minute = self.minutes.setdefault(self._minute, Minute())
        minute.visits += 1
        if self._has_load:
            if not players:
                minute.refused += 1
                return
            process = players[number % len(players)]
        else:
            process = self._outside or self._come_from_outside()
        random = Randomness(mixed(self._seed, f"visit {number}"))
        journey = self._journey(random)
        request = Request(
            number,
            "user",
            random.hexadecimal(32) if self._runtime.calls.is_told else "",
            random.below(self.sampled_in) == 0,
            random,
            None,
            self._application.fields,
            self._runtime.loop.now_us,
        )
        frame = Frame(process, self._plan(process, journey), request, None, self._runtime.loop.now_us)
        frame.then = self._left
        self._runtime.calls.begin(frame)

    def _journey(self, random: Randomness) -> Journey:
        left = random.below(self._weights)
        for journey in self._application.journeys:
            left -= journey.weight
            if left < 0:
                return journey
        return self._application.journeys[-1]

    def _plan(self, process: Process, journey: Journey) -> Plan:
        plan = process.plans.get(journey.name)
        if plan is None:
            # A load generator whose address was changed asks what it finds there.
            links = process.links.items()
            usual = [key for key, link in links if self._is_entrance(link.address)]
            key = (usual or [key for key in process.links if not key.startswith("flagd")])[0]
            steps: list[Work | Call] = []
            for operation in journey.operations:
                if steps:
                    steps.append(Work(0, journey.pause_us))
                steps.append(Call(dependency=key, operation=operation))
            made = Operation(name=journey.name, steps=tuple(steps), protocol=Protocol.HTTP, memory=0)
            plan = process.plans[journey.name] = Plan(process, made)
        return plan

    def _is_entrance(self, address: str) -> bool:
        return address.partition(":")[0].partition(".")[0] == self._application.entrance.partition(":")[0]

    def _come_from_outside(self) -> Process:
        entrance = Dependency(
            address=Setting(default=f"{self._application.entrance}"),
            protocol=Protocol.HTTP,
            timeout_us=Setting(default=15_000_000),
            pool=Setting(default=1000),
        )
        program = Program(
            name="outside",
            language="go",
            role="load",
            startup_us=0,
            slots=1000,
            dependencies={"entrance": entrance},
        )
        place = Place(
            pod=Ref("Pod", self._application.namespace, "outside"),
            uid="outside",
            container="outside",
            restart=0,
            node="outside",
            pod_ip="192.0.2.1",
            image=Image(reference="outside", program=program),
            environment={"OTEL_SDK_DISABLED": "true"},
        )
        self._outside = self._runtime.start(place)
        return self._outside

    def _left(self, frame: Frame) -> None:
        """Count a visit that has ended."""
        minute = self.minutes.setdefault(frame.began_us // MINUTE_US, Minute())
        plan = frame.plan
        calls = sum(1 for step in plan.steps if not step.is_work)
        minute.failed_calls += frame.request.failed
        if frame.failure is not None:
            left = sum(1 for step in plan.steps[frame.step :] if not step.is_work)
            minute.failed += 1
            minute.unsent += left
            minute.calls += calls - left
            return
        minute.calls += calls
        waits_us = sum(step.wait_us for step in plan.steps if isinstance(step, WorkPlan))
        if frame.ended_us - frame.began_us - waits_us > self.patience_us * max(1, calls):
            minute.late += 1


def _usual(application: Application) -> tuple[int, int]:
    """Return how many processes play users, and how many users each plays, as the application was installed."""
    programs = {image.reference: image.program for image in application.images}
    for body in application.objects:
        for container in containers_of(body):
            program = programs.get(container["image"])
            if program is None or program.role != "load":
                continue
            setting = program.settings.get("users")
            if setting is None or not isinstance(setting.default, int) or not setting.default:
                return body["spec"].get("replicas", 1) or 1, 1
            values = {each["name"]: each.get("value", "") for each in container.get("env") or ()}
            given = values.get(setting.variable, "")
            return body["spec"].get("replicas", 1) or 1, int(given) if given.isdigit() else setting.default
    return 1, next(
        (_default(program) for program in programs.values() if program and program.role == "load"), 1
    )


def _default(program: Program) -> int:
    setting = program.settings.get("users")
    return (
        setting.default if setting is not None and isinstance(setting.default, int) and setting.default else 1
    )
