"""More load: users, and workloads that ask much of others."""

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.depth import above, draw_depth
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import of_workload
from itbench_sre.world.mechanisms.neighbours import crowd
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import edit, environment_path
from itbench_sre.world.store.refs import ref_of


class MoreUsers(Mechanism):
    """Lets the load generator play more or fewer users."""

    name = "user-count"
    family = "capacity"

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a number of users."""
        fits = [
            body
            for body in scene.everything
            if (program := scene.program(body)) and program.role == "load" and "users" in program.settings
        ]
        body = scene.pick(random, fits)
        if body is None:
            return None
        program = scene.program(body)
        assert program is not None
        setting = program.settings["users"]
        now = int(scene.environment(body).get(setting.variable) or setting.default)
        depth, most = draw_depth(random.fork("depth")), crowd(scene)
        wanted = max(above(random.pick((now // 2, now * 2, now * most // 4, now * most)), depth), 1)
        wanted = min(wanted, 2 * most * max(now, 1))
        ref = ref_of(body)
        changes = {environment_path(scene.container(body), setting.variable): str(wanted)}
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            depth=depth,
            actions=edit(body, changes, hand),
            condition=f"it plays {wanted} users and no longer {now}",
            solution=f"set the users of {ref.name} to {now} again",
        )
