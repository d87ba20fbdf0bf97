"""The second person for stock: a movement is asked for, shown line by line, and posted when somebody else agrees.

    ask_for(actor=storekeeper, session=trail.session(), movement=MovementDraft(...), reason="Campaign 3.")

What the rules in force would refuse and a second person may let pass (``rules.WAIVABLE``) is found and shown too. The
movement is posted in the name of who asked, with the approval beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Finding, Refused
from rasr.core.records.ledger.places import ON_ISSUE, Spot
from rasr.core.reference import loader
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.registry import Change, OfNobody, Payload, approvable
from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.people.place import NODE, Place, told
from rasr.node.people.rights import require
from rasr.node.places.models import Site
from rasr.node.records.ledger import balancing, discreet, posting, rules, unsettled, write
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.facts import Facts, facts_of, in_parts
from rasr.node.records.ledger.kept import draft_of, kept
from rasr.node.records.ledger.whereabouts import first_that_goes_out, key_of, sites_of, stores_of
from rasr.node.records.models import Article, Batch, Item, Movement, MovementKind, Party, PlaceKind
from rasr.node.web.said import Said

OF_KEEPING, OF_JUDGING = "post_movement", "post_judgement"
"""Codes of the acts: one for who keeps stock, one for who judges it."""
ITEMS_NAMED = 20
"""Serial numbers shown of one line; more of them are counted."""


def ask_for(*, actor: User, session: str, movement: MovementDraft, reason: Said | str) -> Approval:
    """Ask for a second person to agree to a movement. Asked again with the same id, the first request is the answer.

    Raises PermissionDenied, ObjectDoesNotExist for a place out of scope, and Refused: what ``posting.post`` refuses and
    nobody may waive, movement_posted, approval_waits where something else was asked for under this id.
    """
    right = posting.right_for(movement)
    require(actor, right)
    if Movement.objects.filter(pk=movement.movement_id).exists():
        raise Refused("movement_posted")
    waiting = waiting_for(movement.movement_id)
    if waiting is not None:
        if waiting.asked_by_id == actor.pk and waiting.payload["digest"] == movement.digest():
            return waiting
        raise Refused("approval_waits")
    posting.in_scope(actor, [movement], None, stores_of([movement]))
    posting.back_dated(actor, [movement])
    payload = {
        "movement_id": movement.movement_id.hex,
        "kind": str(movement.kind),
        "digest": movement.digest(),
        "waived": sorted({fault.code for fault in _checked(movement)}),
        "movement": kept(movement),
    }
    kind = OF_JUDGING if right == "judge_stock" else OF_KEEPING
    return approvals.ask(actor=actor, session=session, kind=kind, payload=payload, reason=reason)


def waiting_for(movement_id: UUID) -> Approval | None:
    """The request for a movement that nobody has decided yet."""
    found = Approval.objects.filter(kind__in=(OF_KEEPING, OF_JUDGING), state=ApprovalState.ASKED)
    return found.filter(payload__movement_id=movement_id.hex).first()


def needs_asking(movement: MovementDraft) -> bool:
    """Whether a movement needs a second person by what it is. Raises Refused: kind_unknown."""
    return (
        posting.kind_of(movement).needs_second_person
        or first_that_goes_out([movement], stores_of([movement])) is not None
    )


def may_waive(fault: Refused) -> bool:
    """Whether a second person may let pass all that was refused."""
    faults = [one for _, one in fault.lines] if isinstance(fault, write.LinesRefused) else [fault]
    return all(one.code in rules.WAIVABLE for one in faults)


class PostMovement(OfNobody):
    """movement_id, kind, digest; waived: codes of rules that are let pass; movement: all of it, see ``kept``."""

    def title(self, payload: Payload) -> Told:
        """What kind of movement, how many lines, where."""
        lines = str(len(payload["movement"]["lines"]))
        given = {"kind": _kind(payload), "lines": lines, "place": told(self.scope(payload))}
        return ours(_("{kind} (lines: {lines}), {place}"), **given)

    def describe(self, payload: Payload) -> list[Change]:
        """When it takes effect, what goes from where to where, which rules are let pass, what is not settled.

        Raises Refused.
        """
        movement = draft_of(payload["movement"])
        if Movement.objects.filter(pk=movement.movement_id).exists():
            raise Refused("movement_posted")
        broken = _checked(movement)
        for fault in broken:
            if fault.code not in payload["waived"]:
                raise fault
        with discreet.told_to(None):
            write.state_of([movement]).follow(movement)
        at = timezone.localtime(movement.effective_at).strftime("%Y-%m-%d %H:%M")
        told = [Change(ours(_("Takes effect")), "–", at), *_bound_for(movement)]
        warnings = unsettled.brought([movement], facts_of([movement]), None)
        return [*told, *_lines(movement), *map(_let_pass, broken), *map(_warned, warnings)]

    def scope(self, payload: Payload) -> Place:
        """The smallest place that holds everything it touches."""
        ends = {Spot(*end) for line in payload["movement"]["lines"] for end in line[3:5]}
        stores = {spot.store_id for spot in ends if spot.store_id}
        spots = [spot for spot in ends if spot.store_id or spot.kind == ON_ISSUE] or list(ends)
        if len(stores) == 1 and len(spots) == 1:
            return Place(store_id=stores.pop())
        sites = {site_ids[0] for site_ids in sites_of(spots).values()}
        if len(sites) == 1:
            return Place(site_id=sites.pop())
        owners = set(Site.objects.filter(pk__in=sites).values_list("organisation_id", flat=True))
        return Place(organisation_id=owners.pop()) if len(owners) == 1 else NODE

    def do(self, actor: User | None, payload: Payload) -> None:
        """Post it in the name of who asked. Raises Refused, LinesRefused."""
        approval = waiting_for(UUID(payload["movement_id"]))
        assert approval is not None
        asker = approval.asked_by or actor
        assert asker is not None
        movement = replace(draft_of(payload["movement"]), waived=tuple(payload["waived"]))
        if posting.post(actor=asker, movement=movement, agreed=approval.pk) != "created":
            raise Refused("movement_posted")


approvable(
    OF_KEEPING, name=_("Post a movement"), asks="keep_stock", right="approve_stock", private=("movement",)
)(PostMovement)  # fmt: skip
approvable(
    OF_JUDGING, name=_("Post a movement that judges stock"), asks="judge_stock", right="approve_stock",
    private=("movement",),
)(PostMovement)  # fmt: skip


def _checked(movement: MovementDraft) -> list[Refused]:
    """What a second person would let pass. Raises Refused where it cannot be posted all the same."""
    posting.lawful(movement, second_person=True)
    facts = facts_of([movement])
    balancing.check([movement], facts)
    return rules.to_waive(movement, posting.kind_of(movement), facts)


def _kind(payload: Payload) -> Told:
    return ours(MovementKind(payload["kind"]).label)


def _bound_for(movement: MovementDraft) -> list[Change]:
    if movement.destination_id is None:
        return []
    spot = Spot.store(movement.destination_id)
    return [Change(ours(_("Bound for")), "–", _names([spot])[spot])]


def _let_pass(fault: Refused) -> Change:
    named = {name: str(value) for name, value in fault.numbers.items()}
    return Change(ours(_("Rule that is let pass")), ours(loader.sentences()[fault.code].text, **named), ours(_("yes")))


def _warned(warning: Finding) -> Change:
    named = {name: str(value) for name, value in warning.numbers.items()}
    sentence = ours(loader.sentences()[warning.code].text, **named)
    return Change(ours(_("Mixing that is not settled")), "–", sentence)


def _lines(movement: MovementDraft) -> list[Change]:
    """One line for each batch and pair of places; items of a batch by their serial numbers, where they are few."""
    together: dict[tuple[UUID, Spot, Spot], list[LineDraft]] = {}
    for line in movement.lines:
        together.setdefault((line.batch_id, line.from_place, line.to_place), []).append(line)
    facts, records = facts_of([movement]), _records(movement)
    names, serials = _names(spot for _, *ends in together for spot in ends), _serials(movement.lines, together)
    return [
        Change(_what(lines, facts[batch], records[batch], serials), names[here], names[there])
        for (batch, here, there), lines in together.items()
    ]


def _what(lines: list[LineDraft], facts: Facts, record: tuple[str, str], serials: Mapping[UUID, str]) -> Told:
    name, stock_id = record
    given = {"article": name, "record": stock_id}
    if any(line.quantity is None for line in lines):
        return ours(_("{article} ({record}): all there is, not counted"), **given)
    number = str(sum(line.quantity or 0 for line in lines))
    named = [serials[line.item_id] for line in lines if line.item_id in serials and line.item_id is not None]
    if named:
        return ours(
            _("{article} ({record}): {number}, serial numbers {serials}"), **given, number=number, serials=named
        )
    text = _("{article} ({record}): {number} g") if facts.unit == "gram" else _("{article} ({record}): {number}")
    return ours(text, **given, number=number)


def _records(movement: MovementDraft) -> dict[UUID, tuple[str, str]]:
    """Name of the article and id of the record of each batch, those included that the movement brings."""
    articles = Article.objects.filter(pk__in={batch.article_id for batch in movement.batches})
    named = dict(articles.values_list("pk", "name"))
    found = {batch.batch_id: (named[batch.article_id], batch.stock_id) for batch in movement.batches}
    for some in in_parts({line.batch_id for line in movement.lines} - found.keys()):
        rows = Batch.objects.filter(pk__in=some).values_list("pk", "article__name", "stock_id")
        found.update((pk, (name, stock_id)) for pk, name, stock_id in rows)
    return found


def _serials(lines: Iterable[LineDraft], together: Mapping[Any, list[LineDraft]]) -> dict[UUID, str]:
    """Serial numbers, of lines with few items; by the node's own id where there is none."""
    few = {line.item_id for some in together.values() if len(some) <= ITEMS_NAMED for line in some}
    wanted = {line.item_id for line in lines if line.item_id is not None} & few
    return {
        item: serial or item.hex
        for some in in_parts(wanted)
        for item, serial in Item.objects.filter(pk__in=some).values_list("pk", "serial")
    }


def _names(spots: Iterable[Spot]) -> dict[Spot, Told]:
    """Places as texts that can be kept."""
    asked = set(spots)
    sites = {spot: site_ids[0] for spot, site_ids in sites_of(asked).items()}
    of_sites = dict(Site.objects.filter(pk__in=set(sites.values())).values_list("pk", "name"))
    keys = {spot: key for spot in asked if spot.kind == ON_ISSUE and (key := key_of(spot)) is not None}
    parties = dict(Party.objects.filter(pk__in=set(keys.values())).values_list("pk", "name"))
    found: dict[Spot, Told] = {}
    for spot in asked:
        label = ours(PlaceKind(spot.kind).label)
        if spot.store_id is not None:
            stack = f", {spot.ref}" if spot.ref else ""
            found[spot] = f"{spot.store_id}{stack}, {of_sites.get(sites.get(spot, ''), '')}"
        elif spot in keys:
            found[spot] = ours(_("on issue to {name}"), name=parties.get(keys[spot], spot.ref))
        else:
            found[spot] = label
    return found
