"""The table behind `shared.web.throttle`: how often somebody tried in the present window. Frozen, as all migrations."""

from datetime import datetime

from sqlalchemy import DateTime, Text
from sqlmodel import Field, SQLModel

from shared.postgres.rls import Operations, Tables


class ThrottleColumns(SQLModel):
    """One subject, a keyed hash: neither an address nor a code can be read from it."""

    subject: str = Field(sa_type=Text(collation="C"), primary_key=True)
    began_at: datetime = Field(sa_type=DateTime(timezone=True))
    spent: int


def throttle_table_v1(op: Operations, service: str) -> None:
    """Seen by the system role alone: who knocks without a token belongs to no organisation."""
    op.execute(
        """CREATE TABLE throttle (
            subject text COLLATE "C" PRIMARY KEY,
            began_at timestamptz NOT NULL,
            spent integer NOT NULL)"""
    )
    op.execute("CREATE INDEX throttle_age ON throttle (began_at)")
    Tables(op, service).system("throttle")
