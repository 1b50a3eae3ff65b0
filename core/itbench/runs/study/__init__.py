"""Studies: several suites and agents out of one file, run one after the other into one folder."""
