"""`python -m contactor` is the command `contactor`."""

from contactor.cli.main import main

main()
