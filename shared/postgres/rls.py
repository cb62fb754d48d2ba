"""Row-level security for migrations: who may touch which table, said once in the same words everywhere.

Every table gets ENABLE and FORCE ROW LEVEL SECURITY, so that even its owner sees nothing without a policy.
"""

from typing import Protocol


class Operations(Protocol):
    """The part of Alembic's `op` used here."""

    def execute(self, sqltext: str) -> None: ...


class Tables:
    """Grants and policies of one service's tables."""

    def __init__(self, op: Operations, service: str) -> None:
        self._op = op
        self._app = f"simpul_{service}_app"
        self._system = f"simpul_{service}_system"

    def tenant(self, table: str, *, app: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
        """Partners reach their own rows (`org`); the system role all."""
        self._secured(table)
        self._op.execute(
            f"CREATE POLICY tenant ON {table} TO {self._app} "
            f"USING (org = current_setting('app.org', true)) WITH CHECK (org = current_setting('app.org', true))"
        )
        self._op.execute(f"GRANT {app} ON {table} TO {self._app}")

    def system(self, table: str) -> None:
        """Only the system role."""
        self._secured(table)

    def write_only(self, table: str) -> None:
        """Partners' transactions may add rows and see none; the system role does the rest."""
        self._secured(table)
        self._op.execute(f"CREATE POLICY adding ON {table} FOR INSERT TO {self._app} WITH CHECK (true)")
        self._op.execute(f"GRANT INSERT ON {table} TO {self._app}")

    def reference(self, table: str) -> None:
        """Everybody reads, the system role writes; holds nothing of a partner."""
        self._secured(table)
        self._op.execute(f"CREATE POLICY reading ON {table} FOR SELECT TO {self._app} USING (true)")
        self._op.execute(f"GRANT SELECT ON {table} TO {self._app}")

    def append_only(self, table: str) -> None:
        """After one of the above: no role changes or removes a row, and a trigger says so to owners too."""
        for role in (self._app, self._system):
            self._op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
        self._op.execute(
            f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
        self._op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()"
        )

    def _secured(self, table: str) -> None:
        self._op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        self._op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        self._op.execute(f"CREATE POLICY hub ON {table} TO {self._system} USING (true) WITH CHECK (true)")
        self._op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {self._system}")
