"""`python -m sim.cli` is `simulate`."""

from sim.cli import main

main()
