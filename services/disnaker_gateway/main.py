"""`python -m services.disnaker_gateway.main`"""

from services.disnaker_gateway.settings import DisnakerGatewaySettings
from services.disnaker_gateway.wiring import build
from shared.service import serve


def main() -> None:
    serve(build(DisnakerGatewaySettings()))  # from the environment


if __name__ == "__main__":
    main()
