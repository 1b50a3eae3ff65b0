"""How an answer to an SRE incident is scored."""

from itbench_sre.scoring.answer import (
    Diagnosis,
    NamedEntity,
    NamedPropagation,
    Reading,
    answer_schema,
    read_diagnosis,
)
from itbench_sre.scoring.classify import WrongEntity
from itbench_sre.scoring.entity import Entity, parse_entity
from itbench_sre.scoring.matching import Match, Matcher, matches_group
from itbench_sre.scoring.score import ScoreParts, score_diagnosis
from itbench_sre.scoring.sightings import Sight, Sightings, read_sightings

__all__ = [
    "Diagnosis",
    "Entity",
    "Match",
    "Matcher",
    "NamedEntity",
    "NamedPropagation",
    "Reading",
    "ScoreParts",
    "Sight",
    "Sightings",
    "WrongEntity",
    "answer_schema",
    "matches_group",
    "parse_entity",
    "read_diagnosis",
    "read_sightings",
    "score_diagnosis",
]
