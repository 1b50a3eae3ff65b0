"""The environment of an incident that is only files: it looks up in them what an answer names."""

from collections.abc import Mapping

from itbench import FilesEnvironment, Observation
from itbench.kit import read_answer
from itbench_sre.scoring.answer import read_diagnosis
from itbench_sre.sightings.look import look_for


class SnapshotEnvironment(FilesEnvironment):
    """Opens a workspace with the snapshot in it, and observes which of the named objects the snapshot shows."""

    async def observe(self, files: Mapping[str, bytes]) -> Observation:
        """Return what `look_for` finds of the entities in the answer; nothing where there is no answer to read."""
        data = files.get(self.setup.task.hand_in.answer or "")
        answer = read_answer(data, {}) if data is not None else None
        diagnosis = read_diagnosis(answer.value).diagnosis if answer is not None else None
        if diagnosis is None:
            return Observation()
        return Observation(state=look_for([entity.name for entity in diagnosis.entities], self.setup.inputs))
