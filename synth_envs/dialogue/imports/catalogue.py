"""Large tables of entities that many episodes share: found by an index, copied a row at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from synth_envs.dialogue.spec import DomainSpec
from synth_envs.dialogue.world import Row, World

__all__ = ["STOCK", "Catalogue", "CatalogueWorld"]

#: Imported databases say nothing of how many there are: enough for whoever asks.
STOCK = 10**6
_KEPT = 4096


class Catalogue:
    """The entities of a service; nobody changes them.

    Args:
        spec: The service.
        rows: With "id", "name", "price", "stock" and all of `spec.entity_slots`.
    """

    def __init__(self, spec: DomainSpec, rows: Iterable[Row]) -> None:
        self.spec = spec
        self.rows: dict[str, Row] = {row["id"]: row for row in rows}
        self._of: dict[tuple[str, Any], list[str]] = {}
        self._names = frozenset(slot.name for slot in spec.entity_slots)
        for slot in spec.entity_slots:
            for key in sorted(self.rows):
                self._of.setdefault((slot.name, self.rows[key][slot.name]), []).append(key)
        self._found: dict[tuple[tuple[str, Any], ...], tuple[str, ...]] = {}
        self._all = tuple(sorted(self.rows))

    def found(self, filters: Sequence[tuple[str, Any]]) -> tuple[str, ...]:
        """Return the ids of the entities that have all these values, sorted."""
        wanted = tuple(filters)
        kept = self._found.get(wanted)
        if kept is None:
            lists = [self._of.get(one, []) for one in wanted if one[0] in self._names]
            first = min(lists, key=len) if lists else self._all
            kept = tuple(key for key in first if all(self.rows[key].get(n) == v for n, v in wanted))
            if len(self._found) >= _KEPT:
                self._found.clear()
            self._found[wanted] = kept
        return kept

    def world(self, today: int, customers: Iterable[Row]) -> CatalogueWorld:
        """Return a database of its own for an episode."""
        return CatalogueWorld(self, today, {"customer": customers})


class CatalogueWorld(World):
    """A database whose entities are a catalogue's until they change: as a `World`, made faster.

    Args:
        catalogue: Of the entities.
        today: The day, since 2024-01-01.
        tables: Rows of the other tables.
    """

    def __init__(
        self, catalogue: Catalogue, today: int, tables: Mapping[str, Iterable[Row]]
    ) -> None:
        super().__init__(catalogue.spec, today, tables)
        self._catalogue = catalogue
        self.tables["entity"] = dict(catalogue.rows)

    def found(self, filters: Mapping[str, Any]) -> list[Row]:
        """Return the entities that have all these values and are in stock, by id."""
        try:
            ids = self._catalogue.found([(n, v) for n, v in filters.items() if v is not None])
        except TypeError:  # a value that no column can have, such as a list
            return []
        rows = self.tables["entity"]
        return [row for key in ids if (row := rows[key])["stock"] > 0]

    def _touch(self, table: str, row: Row) -> Row:
        """Copy a shared row before its first change."""
        own = super()._touch(table, row)
        if table == "entity" and own is self._catalogue.rows.get(row["id"]):
            own = self.tables[table][row["id"]] = dict(row)
        return own

    def copy(self) -> CatalogueWorld:
        """Return a copy whose changes count from here."""
        rest = {n: [dict(r) for r in t.values()] for n, t in self.tables.items() if n != "entity"}
        other = CatalogueWorld(self._catalogue, self.today, rest)
        mine = self.tables["entity"]
        for key, row in self._catalogue.rows.items():
            if mine[key] is not row:
                other.tables["entity"][key] = dict(mine[key])
        return other
