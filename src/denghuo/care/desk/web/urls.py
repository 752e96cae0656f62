from __future__ import annotations

from django.urls import path

from denghuo.care.desk.web import counter, days, hotline, plates, screens

app_name = "desk"
urlpatterns = [
    path("", counter.counter, name="counter"),
    path("queue", counter.queue, name="queue"),
    path("window/open", counter.open_window, name="open-window"),
    path("window/close", counter.close_window, name="close-window"),
    path("next", counter.call_next, name="next"),
    path("take", counter.take, name="take"),
    path("take/<str:number>", counter.take_for_appointment, name="take-for-appointment"),
    path("tickets", days.TicketList.as_view(), name="tickets"),
    path("tickets/<int:pk>/recall", counter.step, {"what": "recall"}, name="recall"),
    path("tickets/<int:pk>/skip", counter.step, {"what": "skip"}, name="skip"),
    path("tickets/<int:pk>/start", counter.step, {"what": "start"}, name="start"),
    path("tickets/<int:pk>/finish", counter.step, {"what": "finish"}, name="finish"),
    path("tickets/<int:pk>/leave", counter.step, {"what": "leave"}, name="leave"),
    path("tickets/<int:pk>/wait", counter.step, {"what": "wait"}, name="wait"),
    path("tickets/<int:pk>/item", counter.next_item, name="item"),
    path("tickets/<int:pk>/transfer", counter.transfer, name="transfer"),
    path("tickets/<int:pk>/name", counter.name, name="name"),
    path("day", days.day, name="day"),
    path("hotline", hotline.hotline, name="hotline"),
    path("screens", screens.screens, name="screens"),
    path("kiosk/<str:token>", screens.kiosk, name="kiosk"),
    path("display/<str:token>", screens.display, name="display"),
    path("evaluation/<str:token>", screens.evaluation, name="evaluation"),
    path("plates", plates.plates, name="plates"),
    path("plates/printed", plates.PrintList.as_view(), name="prints"),
    path("plates/lookup", plates.lookup, name="plate-lookup"),
    path("plates/<int:pk>/revoke", plates.revoke, name="revoke-plate"),
    path("plates/route/<int:pk>/print", plates.print_plates, {"kind": "route"}, name="print-route"),
    path("plates/area/<int:pk>/print", plates.print_plates, {"kind": "area"}, name="print-area"),
    path("plates/point/<int:pk>/print", plates.print_plates, {"kind": "point"}, name="print-point"),
    path("plate/<str:text>", plates.plate, name="plate"),
    path("plate/<str:text>/reveal/<str:field>", plates.reveal, name="plate-reveal"),
]
