"""How late work was handed in, by the host's own times. No penalty is computed: that is the course's to decide."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from course.downloads.people import Entry, NoSubmissions

TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)? ?(?:(Z|UTC)|([+-]\d\d):?(\d\d))", re.ASCII)
Due = datetime  # with its zone


def time(said: str) -> datetime | None:
    """A time with its zone, as `2026-11-20 23:59 +0800`; None where it is not said so."""
    if not (found := TIME.fullmatch(said.strip())):
        return None
    day, minute, second, utc, hours, minutes = found.groups()
    try:
        zone = timezone.utc if utc else timezone(timedelta(hours=int(hours), minutes=int(hours[0] + minutes)))
        return datetime.fromisoformat(f"{day} {minute}:{second or '00'}").replace(tzinfo=zone)
    except ValueError:
        return None


def due(said: str) -> Due | None:
    """When the work was due; None where nothing is given. Raises NoSubmissions where it is no time with its zone."""
    if said and not time(said):
        raise NoSubmissions(f"DUE={said} is no time with its zone; give it as '2026-11-20 23:59 +0800'")
    return time(said)


def told(entry: Entry, when: Due | None) -> Entry:
    """The entry with how late it is as H:MM:SS; what the host itself says of that stays."""
    at = time(entry.created_at)
    if entry.late or not (at and when) or at <= when:
        return entry
    seconds = int((at - when).total_seconds())
    return replace(entry, late=f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}")


def untold(entries: Iterable[Entry], when: Due | None, kind: str) -> list[str]:
    """A sentence where nothing says when work was handed in, since an empty cell looks like in time. kind: its name."""
    given = [each for each in entries if when and each.place is not None]
    names = [each.id for each in given if not time(each.created_at)]
    if names and len(names) == len(given):
        return [f"DUE is not used: {kind} does not say by a clock when anything was handed in"]
    return [f"DUE is not used for {name}: nothing says when that was handed in" for name in names]
