"""A refusal in the form of Bitrix24's REST interface."""


class RestError(Exception):
    """`code` may be empty, as it is for undecodable base64."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(code, words)
        self.status, self.code, self.words = status, code, words

    @property
    def body(self) -> dict[str, str]:
        """What goes out, without a block `time`."""
        return {"error": self.code, "error_description": self.words}


def argument(name: str) -> RestError:
    return RestError(400, "ERROR_ARGUMENT", f"Invalid value of parameter {{{name}}}")


def not_found(what: object) -> RestError:
    return RestError(400, "ERROR_NOT_FOUND", f"Could not find entity with id '{what}'.")
