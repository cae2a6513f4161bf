"""`python -m contactor` is the command `contactor`."""

from contactor.cli.start import main

main()
