from __future__ import annotations

from django.urls import path

from denghuo.care.appointments.web import appointments, booking, capacity, series, week

app_name = "appointments"
urlpatterns = [
    path("", week.week, name="week"),
    path("list", appointments.AppointmentList.as_view(), name="list"),
    path("book", booking.book, name="book"),
    path("visits", series.visits, name="visits"),
    path("visits/start", series.start, name="start-visits"),
    path("visits/<int:pk>/end", series.end, name="end-visits"),
    path("capacity", capacity.capacity, name="capacity-home"),
    path("capacity/<str:unit>", capacity.capacity, name="capacity"),
    path("capacity/<str:unit>/openings", capacity.add_opening, name="add-opening"),
    path("capacity/<str:unit>/openings/<int:pk>/end", capacity.end_opening, name="end-opening"),
    path("capacity/<str:unit>/days", capacity.change_day, name="change-day"),
    path("capacity/<str:unit>/days/<int:pk>/restore", capacity.restore_day, name="restore-day"),
    path("capacity/<str:unit>/services", capacity.save_service, name="save-service"),
    path("<str:number>/", appointments.appointment, name="appointment"),
    path("<str:number>/move", booking.move, name="move"),
    path("<str:number>/cancel", appointments.cancel, name="cancel"),
    path("<str:number>/arrive", appointments.arrive, name="arrive"),
    path("<str:number>/finish", appointments.finish, name="finish"),
    path("<str:number>/miss", appointments.miss, name="miss"),
]
