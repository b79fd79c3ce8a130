"""The root of recert's error tree, and the errors of the engine.

The root stands here because the engine is the one room that imports nothing of recert;
`recert.errors` draws the whole tree.
"""


class RecertError(Exception):
    """What happened and what to do about it, in one or two plain sentences.

    `exit_code` is what the command line answers with when the error reaches its edge.
    """

    exit_code = 1

    def __init__(self, what: str, remedy: str = "") -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(f"{what} {remedy}".strip())


class PolicyError(RecertError):
    """A policy document that IAM would not accept.

    `path` names the element, as in `Statement[2].Action`, and `fault` says what is wrong with it.
    """

    exit_code = 2

    def __init__(self, what: str, remedy: str = "", *, path: str = "") -> None:
        self.path = path
        self.fault = what
        super().__init__(f"{path}: {what}" if path else what, remedy)


class CatalogueError(RecertError):
    """The packaged action catalogue is missing, damaged or of another format."""
