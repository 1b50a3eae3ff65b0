"""`python -m itbench`."""

from itbench.cli.main import main

main()
