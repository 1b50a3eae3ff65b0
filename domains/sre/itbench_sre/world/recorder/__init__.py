"""A client of the cluster that writes what ITBench's recorder wrote: one directory of files for one incident."""
