"""`python -m fer_core`: the command line."""

from fer_core.cli import main

main()
