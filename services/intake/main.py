"""The intake service as a process."""

from services.intake.settings import IntakeSettings
from services.intake.wiring import build
from shared.service import serve


def main() -> None:
    serve(build(IntakeSettings()))


if __name__ == "__main__":
    main()
