"""The Rasch model (IRT, 1-PL): how hard tasks are and how able agents, from several runs of one suite."""

from itbench.statistics.rasch.fit import AbilityEstimate, DifficultyEstimate, RaschFit, fit_rasch

__all__ = ["AbilityEstimate", "DifficultyEstimate", "RaschFit", "fit_rasch"]
