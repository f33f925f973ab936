"""The verbs of the command line, a module each: ``add_arguments(parser, verb)``, ``main(args) -> int`` and ``EXAMPLES``."""
