"""Files and records that differ on purpose: exactly the injected differences are listed, and the totals always agree."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.reconciliation.rules import Found, Kind, Told, compare, explains_itself

DAY, NEXT = date(2026, 9, 6), date(2026, 9, 7)
FATES = (
    "same", "same", "same", "dropped there", "dropped here", "changed", "twice", "moved here", "moved there",
    "given back there", "given back here", "given back by both", "ledger wrong",
)  # fmt: skip
days = st.lists(st.tuples(st.sampled_from(FATES), st.integers(1, 10**9), st.integers(1, 500)), max_size=40)


def injected(plan, loose):
    """A file and records with one fate a transaction; the oracle: the differences that were put in."""
    file, ours, expected = [], [], []
    file_elsewhere, ours_elsewhere, payments = {}, {}, set()
    for serial, (fate, fen, more) in enumerate(plan):
        name = f"T{serial}"
        line, own = Told("payment", name, fen), Told("payment", name, fen, ledger_fen=fen)
        if fate == "dropped there":
            ours.append(own)
            expected.append(Found(Kind.MISSING_THEIRS, "payment", name, 0, fen))
        elif fate == "dropped here":
            file.append(line)
            expected.append(Found(Kind.MISSING_OURS, "payment", name, fen))
        elif fate == "changed":
            file.append(Told("payment", name, fen + more))
            ours.append(own)
            expected.append(Found(Kind.AMOUNT, "payment", name, fen + more, fen))
        elif fate == "twice":
            file += [line, line]
            ours.append(own)
            expected.append(Found(Kind.DUPLICATE, "payment", name, fen, serial=2))
        elif fate == "moved here":
            ours.append(own)
            file_elsewhere[line.key] = (NEXT, fen)
            expected.append(Found(Kind.DAY_CUT, "payment", name, 0, fen, other_day=NEXT))
        elif fate == "moved there":
            file.append(line)
            ours_elsewhere[line.key] = (NEXT, fen)
            expected.append(Found(Kind.DAY_CUT, "payment", name, fen, other_day=NEXT))
        elif fate == "given back there":
            file.append(Told("refund", f"R{serial}", -fen, parent=name))
            payments.add(name)
            expected.append(Found(Kind.STATE, "refund", f"R{serial}", -fen))
        elif fate == "given back here":
            ours.append(Told("reversal", name, -fen, ledger_fen=-fen))
            expected.append(Found(Kind.STATE, "reversal", name, 0, -fen))
        elif fate == "given back by both":
            file.append(Told("refund", f"R{serial}", -fen, parent=name))
            ours.append(Told("reversal", name, -fen, ledger_fen=-fen))
        elif fate == "ledger wrong":
            file.append(line)
            ours.append(Told("payment", name, fen, ledger_fen=fen + more))
            expected.append(Found(Kind.LEDGER, "payment", name, 0, fen, fen + more))
        else:
            file.append(line)
            ours.append(own)
    expected += [Found(Kind.LEDGER, "entry", posting, 0, 0, fen) for posting, fen in loose]
    how = {"file_elsewhere": file_elsewhere, "ours_elsewhere": ours_elsewhere, "our_payments": payments}
    return file, ours, how, expected


@settings(deadline=None)
@given(days, st.lists(st.integers(-(10**6), 10**6).filter(bool), max_size=3), st.randoms())
def test_exactly_the_injected_differences_are_found(plan, loose_fen, dice):
    loose = [(str(900 + at), fen) for at, fen in enumerate(loose_fen)]
    file, ours, how, expected = injected(plan, loose)
    dice.shuffle(file)
    dice.shuffle(ours)
    found = compare(file, ours, loose_entries=loose, **how)
    assert Counter(found.differences) == Counter(expected)
    assert found.holds
    assert found.matched == sum(
        fate in ("same", "twice", "given back by both", "ledger wrong") for fate, *_ in plan
    )


told = st.builds(
    Told,
    st.sampled_from(["payment", "refund"]),
    st.sampled_from("ABCDEF"),
    st.integers(-1000, 1000),
    st.sampled_from(["", "A", "B"]),
)
own = st.builds(
    Told,
    st.sampled_from(["payment", "refund", "reversal"]),
    st.sampled_from("ABCDEF"),
    st.integers(-1000, 1000),
    st.just(""),
    st.integers(-1000, 1000),
)


@settings(deadline=None)
@given(st.lists(told, max_size=12), st.lists(own, max_size=12, unique_by=lambda item: item.key))
def test_the_totals_agree_whatever_the_data(file, ours):
    found = compare(file, ours)
    assert found.holds
    assert found.file_fen == sum(item.amount_fen for item in file)
    assert found.ledger_fen == sum(item.ledger_fen for item in ours)


def test_midnight_explains_itself_a_week_does_not():
    def shifted(day):
        return Found(Kind.DAY_CUT, "payment", "T1", 100, other_day=day)

    assert explains_itself(shifted(NEXT), DAY)
    assert not explains_itself(shifted(date(2026, 9, 13)), DAY)
    assert explains_itself(shifted(date(2026, 9, 13)), DAY, resolved_there=True)
    assert not explains_itself(Found(Kind.MISSING_OURS, "payment", "T1", 100), DAY)
