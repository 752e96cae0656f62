"""Pages of the grid: the tree, and one page for each feeder, transformer and transformer area."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.navigation import crumb
from denghuo.records.grid import operations, queries, rules
from denghuo.records.grid.models import Feeder, Substation, Transformer, TransformerArea
from denghuo.records.grid.web.forms import (
    AreaForm,
    FeederForm,
    MoveForm,
    SubstationForm,
    TransformerForm,
    add_errors,
)

MOST_FOUND = 50


def _scope(request: HttpRequest) -> str:
    return request.user.scope  # type: ignore[union-attr]


def _trail(*steps: tuple[Any, str | None]) -> list[dict[str, Any]]:
    return [crumb(_("Grid"), reverse("grid:tree")), *(crumb(*step) for step in steps)]


def _nodes(level: str, rows: Any) -> list[dict[str, Any]]:
    """Rows of one level with what hangs on them and the address of what lies below."""
    shown = []
    for row, load in queries.loads(level, list(rows), timezone.localdate()):
        rated = getattr(row, "rated_capacity_kva", None)
        if level == "area":
            rated = row.transformer.rated_capacity_kva
        shown.append(
            {
                "row": row,
                "level": level,
                "load": load,
                "rated_kva": rated,
                "share": rules.load_share_percent(int(load.capacity_kva), int(rated or 0)),
                "below": _below(level, row),
                "url": reverse(f"grid:{level}", args=[row.pk]) if level != "substation" else None,
            }
        )
    return shown


def _below(level: str, row: Any) -> str:
    if level == "area":
        return reverse("supply:behind-area", args=[row.pk])
    if level == "transformer" and not row.is_public:
        return reverse("supply:behind-transformer", args=[row.pk])
    return reverse("grid:branch", args=[level, row.pk])


@require("grid.view")
def tree(request: HttpRequest) -> HttpResponse:
    """Substations, each opening to its feeders and further down; or what a search finds."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    context: dict[str, Any] = {"query": text, "page_title": _("Grid"), "breadcrumbs": []}
    if text:
        context["groups"] = _found(request, text)
    else:
        context["nodes"] = _nodes("substation", queries.substations(_scope(request)))
    context["may_edit"] = request.user.may("grid.edit")  # type: ignore[union-attr]
    fragment = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "grid-tree"
    return render(request, "grid/parts/tree.html" if fragment else "grid/tree.html", context)


def _found(request: HttpRequest, text: str) -> list[dict[str, Any]]:
    scope, found = _scope(request), Q(code__startswith=text) | Q(name__contains=text)
    return [
        *_nodes("substation", queries.substations(scope).filter(found)[:MOST_FOUND]),
        *_nodes("feeder", queries.feeders(scope).filter(found)[:MOST_FOUND]),
        *_nodes("transformer", queries.transformers(scope).filter(found)[:MOST_FOUND]),
        *_nodes("area", queries.areas(scope).filter(found).select_related("transformer")[:MOST_FOUND]),
    ]


@require("grid.view")
def branch(request: HttpRequest, level: str, pk: int) -> HttpResponse:
    """What lies directly below a substation, a feeder or a public transformer, as a fragment."""
    scope = _scope(request)
    if level == "substation":
        above: Any = get_object_or_404(queries.substations(scope), pk=pk)
        nodes = _nodes("feeder", above.feeders.all())
    elif level == "feeder":
        above = get_object_or_404(queries.feeders(scope), pk=pk)
        public, own = above.transformers.filter(is_public=True), above.transformers.filter(is_public=False)
        nodes = [*_nodes("transformer", public), *_nodes("transformer", own)]
    elif level == "transformer":
        above = get_object_or_404(queries.transformers(scope), pk=pk)
        nodes = _nodes("area", queries.areas(scope).filter(transformer=above).select_related("transformer"))
    else:
        raise Http404
    return render(request, "grid/parts/branch.html", {"nodes": nodes})


@require("grid.view")
def feeder(request: HttpRequest, pk: int) -> HttpResponse:
    scoped = queries.feeders(_scope(request)).select_related("substation__unit")
    subject = get_object_or_404(scoped, pk=pk)
    (node,) = _nodes("feeder", [subject])
    facts = [
        (_("Code"), subject.code),
        (_("Substation"), subject.substation.name),
        (_("Voltage"), subject.get_voltage_display()),
        (_("Unit"), subject.substation.unit.name),
    ]
    return _page(
        request,
        subject,
        "feeder",
        node,
        facts,
        nodes=_nodes("transformer", subject.transformers.all()),
        below_title=_("Distribution transformers"),
    )


@require("grid.view")
def transformer(request: HttpRequest, pk: int) -> HttpResponse:
    scoped = queries.transformers(_scope(request)).select_related("feeder__substation__unit")
    subject = get_object_or_404(scoped, pk=pk)
    (node,) = _nodes("transformer", [subject])
    facts = [
        (_("Code"), subject.code),
        (_("Kind"), _("Public transformer") if subject.is_public else _("Dedicated transformer")),
        (_("Feeder"), subject.feeder.name, reverse("grid:feeder", args=[subject.feeder_id])),
        (_("Transformer type"), subject.model),
        (_("No-load loss"), _with_unit(subject.no_load_loss_kw, "kW")),
        (_("Load loss"), _with_unit(subject.load_loss_kw, "kW")),
        (_("No-load current"), _with_unit(subject.no_load_current_percent, "%")),
        (_("Commissioned"), subject.commissioned_date),
    ]
    areas = queries.areas(_scope(request)).filter(transformer=subject).select_related("transformer")
    return _page(
        request,
        subject,
        "transformer",
        node,
        facts,
        nodes=_nodes("area", areas),
        below_title=_("Transformer area"),
        move_url=reverse("grid:move-transformer", args=[pk]),
    )


@require("grid.view")
def area(request: HttpRequest, pk: int) -> HttpResponse:
    scoped = queries.areas(_scope(request)).select_related(
        "transformer__feeder__substation", "unit", "manager"
    )
    subject = get_object_or_404(scoped, pk=pk)
    (node,) = _nodes("area", [subject])
    transformer = subject.transformer
    facts = [
        (_("Code"), subject.code),
        (_("Unit"), subject.unit.name),
        (_("Person responsible"), subject.manager.name if subject.manager else None),
        (_("Transformer"), transformer.name, reverse("grid:transformer", args=[transformer.pk])),
        (_("Feeder"), transformer.feeder.name, reverse("grid:feeder", args=[transformer.feeder_id])),
        (_("Substation"), transformer.feeder.substation.name),
    ]
    return _page(request, subject, "area", node, facts, move_url=reverse("grid:move-area", args=[pk]))


def _with_unit(value: Any, unit: str) -> str | None:
    return None if value is None else f"{value.normalize():f} {unit}"


def _page(
    request: HttpRequest,
    subject: Any,
    level: str,
    node: dict[str, Any],
    facts: list[Any],
    **more: Any,
) -> HttpResponse:
    context = {
        "subject": subject,
        "level": level,
        "node": node,
        "facts": facts,
        "page_title": subject.name,
        "panel_page": "transformer_area" if level == "area" else level,
        "breadcrumbs": _trail((subject.name, None)),
        "may_edit": request.user.may("grid.edit"),  # type: ignore[union-attr]
        **more,
    }
    return render(request, "grid/element.html", context)


def _write(
    request: HttpRequest,
    form: Any,
    act: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    back_url: str,
    then: Callable[[Any], str],
    hint: str = "",
) -> HttpResponse:
    """Show a form, or do what it says and go on."""
    if request.method == "POST" and form.is_valid():
        try:
            made = act({**form.cleaned_data})
        except operations.GridInvalid as error:
            add_errors(form, error)
        except operations.CannotBeMoved as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The grid is changed: %(name)s.") % {"name": made.name})
            return redirect(then(made))
    context = {
        "form": form,
        "page_title": title,
        "hint": hint,
        "breadcrumbs": _trail((title, None)),
        "draft": request.path,
        "back_url": back_url,
    }
    return render(request, "grid/form.html", context, status=422 if form.errors else 200)


def _stamp(request: HttpRequest) -> dict[str, Any]:
    return {"at": timezone.now(), "actor": request.user}


@require("grid.edit")
def add_substation(request: HttpRequest) -> HttpResponse:
    return _write(
        request,
        SubstationForm(request.POST or None, scope=_scope(request)),
        lambda data: operations.add_substation(**data, **_stamp(request)),
        title=_("Add a substation"),
        back_url=reverse("grid:tree"),
        then=lambda made: reverse("grid:tree"),
    )


@require("grid.edit")
def add_feeder(request: HttpRequest, pk: int) -> HttpResponse:
    above: Substation = get_object_or_404(queries.substations(_scope(request)), pk=pk)
    return _write(
        request,
        FeederForm(request.POST or None, scope=_scope(request)),
        lambda data: operations.add_feeder(substation=above, **data, **_stamp(request)),
        title=_("Add a feeder to %(name)s") % {"name": above.name},
        back_url=reverse("grid:tree"),
        then=lambda made: reverse("grid:feeder", args=[made.pk]),
    )


@require("grid.edit")
def add_transformer(request: HttpRequest, pk: int) -> HttpResponse:
    above: Feeder = get_object_or_404(queries.feeders(_scope(request)).select_related("substation"), pk=pk)
    back = reverse("grid:feeder", args=[pk])
    return _write(
        request,
        TransformerForm(request.POST or None, scope=_scope(request), initial={"is_public": True}),
        lambda data: operations.add_transformer(feeder=above, **data, **_stamp(request)),
        title=_("Add a transformer to %(name)s") % {"name": above.name},
        back_url=back,
        then=lambda made: reverse("grid:transformer", args=[made.pk]),
    )


@require("grid.edit")
def add_area(request: HttpRequest, pk: int) -> HttpResponse:
    above: Transformer = get_object_or_404(queries.transformers(_scope(request)), pk=pk)
    return _write(
        request,
        AreaForm(request.POST or None, scope=_scope(request), initial={"name": above.name}),
        lambda data: operations.add_area(transformer=above, **data, **_stamp(request)),
        title=_("Make the area of %(name)s") % {"name": above.name},
        back_url=reverse("grid:transformer", args=[pk]),
        then=lambda made: reverse("grid:area", args=[made.pk]),
    )


@require("grid.edit")
def move_transformer(request: HttpRequest, pk: int) -> HttpResponse:
    subject: Transformer = get_object_or_404(queries.transformers(_scope(request)), pk=pk)
    back = reverse("grid:transformer", args=[pk])
    return _write(
        request,
        MoveForm(request.POST or None, scope=_scope(request), what="feeder"),
        lambda data: operations.move_transformer(
            transformer=subject, feeder=data["code"], reason=data["reason"], **_stamp(request)
        ),
        title=_("Hang %(name)s on another feeder") % {"name": subject.name},
        hint=_("Every supply point behind it moves with it, on every page at once."),
        back_url=back,
        then=lambda made: back,
    )


@require("grid.edit")
def move_area(request: HttpRequest, pk: int) -> HttpResponse:
    subject: TransformerArea = get_object_or_404(queries.areas(_scope(request)), pk=pk)
    back = reverse("grid:area", args=[pk])
    return _write(
        request,
        MoveForm(request.POST or None, scope=_scope(request), what="transformer"),
        lambda data: operations.move_area(
            area=subject, transformer=data["code"], reason=data["reason"], **_stamp(request)
        ),
        title=_("Feed %(name)s by another transformer") % {"name": subject.name},
        hint=_("Every supply point behind it moves with it, on every page at once."),
        back_url=back,
        then=lambda made: back,
    )
