from services.verification.adapters.tables import Base
from shared.postgres.alembic_env import run

run(Base.metadata)
