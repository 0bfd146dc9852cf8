"""What every stand-in can: be started and stopped, or run for a `with` block."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class StandIn(ABC):
    """Something that serves between its start and its stop."""

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
