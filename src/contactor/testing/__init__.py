"""For other people's test suites: stations, fleets and central systems on real sockets, with helpers to wait for them.

The fixtures come with `contactor.testing.plugin`, which pytest finds by itself.
"""
