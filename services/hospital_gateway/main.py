"""Starts the hospital gateway: `python -m services.hospital_gateway.main`."""

from services.hospital_gateway.settings import HospitalGatewaySettings
from services.hospital_gateway.wiring import build
from shared.service import serve


def main() -> None:
    serve(build(HospitalGatewaySettings()))


if __name__ == "__main__":
    main()
