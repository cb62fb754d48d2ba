from services.hospital_gateway.adapters.tables import Base
from shared.postgres.alembic_env import run

run(Base.metadata)
