"""`python -m services.verification.main`"""

from services.verification.settings import VerificationSettings
from services.verification.wiring import build
from shared.service import serve


def main() -> None:
    serve(build(VerificationSettings()))


if __name__ == "__main__":
    main()
