"""`python -m services.partners.main`"""

from services.partners.settings import PartnersSettings
from services.partners.wiring import build
from shared.service import serve


def main() -> None:
    serve(build(PartnersSettings()))


if __name__ == "__main__":
    main()
