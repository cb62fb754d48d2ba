"""News of reports as rows, and on its way to employers' endpoints."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.intake.adapters.report_rows import CLAIM_OF_REPORT, claim_of
from services.intake.application.tell_reporters import REPORT_CHANGED, Notice, ReportNews
from shared.postgres.database import Transaction
from shared.webhooks import store
from shared.webhooks.rows import SubscriptionRows
from shared.webhooks.store import NewDelivery
from shared.webhooks.subscription import Subscription
from shared.webhooks.subscriptions import MissedPage

# Read after the reports were locked: two claims of one report may tell of themselves at the same time.
_NEWS = f"""SELECT r.report_id, r.org, r.status, claim.*, (SELECT n.digest FROM report_notice n
      WHERE n.report_id = r.report_id ORDER BY n.position DESC LIMIT 1) AS last_digest
    FROM accident_report r {CLAIM_OF_REPORT} WHERE r.report_id = ANY ($1::uuid[])
      AND EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.org = r.org) ORDER BY r.report_id"""  # noqa: S608
_ADD = """INSERT INTO report_notice (notification_id, org, report_id, digest, body, issued_at)
    SELECT *, $6::timestamptz FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::bytea[])
    RETURNING notification_id, org, report_id, position"""
_NEVER_QUEUED = """SELECT n.notification_id, n.report_id, n.position FROM report_notice n
    WHERE n.issued_at >= $2 AND n.position > $3 AND NOT EXISTS (
      SELECT 1 FROM webhook_delivery d WHERE d.endpoint_id = $1 AND d.message_id = n.notification_id)
    ORDER BY n.position LIMIT $4"""
_FORGET = """DELETE FROM report_notice WHERE notification_id IN (SELECT n.notification_id FROM report_notice n
    WHERE n.issued_at < $1 AND NOT EXISTS (SELECT 1 FROM webhook_delivery d
      WHERE d.message_id = n.notification_id AND d.state IN ('pending', 'paused')) LIMIT $2)"""


class NewsRows:
    """News within one system transaction."""

    transaction: Transaction
    driver: "asyncpg.Connection[asyncpg.Record]"

    async def news_of(self, report_ids: Sequence[UUID]) -> list[ReportNews]:
        rows = await self.driver.fetch(_NEWS, list(report_ids))
        return [
            ReportNews(row["report_id"], row["org"], row["status"], claim_of(row), row["last_digest"]) for row in rows
        ]

    async def issue(self, notices: Sequence[Notice], now: datetime) -> None:
        """A report is a line: its news goes out in order."""
        rows = await self.driver.fetch(
            _ADD,
            [each.notification_id for each in notices],
            [each.org for each in notices],
            [each.report_id for each in notices],
            [each.digest for each in notices],
            [each.body for each in notices],
            now,
        )
        subscriptions = await SubscriptionRows(self.transaction).of_orgs(sorted({each.org for each in notices}))
        deliveries = [
            _delivery(subscription.id, row)
            for row in rows
            for subscription in subscriptions
            if subscription.org == row["org"] and REPORT_CHANGED in subscription.event_types
        ]
        await store.enqueue(self.transaction, deliveries, now)


class NewsBodies:
    """Where the delivery engine gets the bytes of its messages."""

    async def __call__(self, transaction: Transaction, message_ids: Sequence[UUID]) -> Mapping[UUID, bytes]:
        rows = await transaction.driver.fetch(
            "SELECT notification_id, body FROM report_notice WHERE notification_id = ANY ($1::uuid[])",
            list(message_ids),
        )
        return {row["notification_id"]: row["body"] for row in rows}


async def missed_news(
    transaction: Transaction, subscription: Subscription, since: datetime, after: int, limit: int
) -> MissedPage:
    """News of the employer's reports since then that was never in line for the endpoint."""
    if REPORT_CHANGED not in subscription.event_types:
        return MissedPage([], None)
    rows = await transaction.driver.fetch(_NEVER_QUEUED, subscription.id, since, after, limit)
    more = len(rows) == limit
    return MissedPage([_delivery(subscription.id, row) for row in rows], rows[-1]["position"] if more else None)


async def forget_news(transaction: Transaction, before: datetime, limit: int) -> int:
    """Remove up to `limit` pieces of news from before that time that wait for no endpoint; answers how many."""
    status = await transaction.driver.execute(_FORGET, before, limit)
    return int(status.rpartition(" ")[2])


def _delivery(endpoint_id: UUID, row: asyncpg.Record) -> NewDelivery:
    return NewDelivery(endpoint_id, row["notification_id"], REPORT_CHANGED, str(row["report_id"]), row["position"])
