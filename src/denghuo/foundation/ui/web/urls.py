from django.urls import path
from django.views.i18n import set_language

from denghuo.foundation.ui.access import public
from denghuo.foundation.ui.web import gallery, views

urlpatterns = [
    path("", views.workbench, name="workbench"),
    path("search", views.search, name="search"),
    path("search/suggest", views.suggest, name="search-suggest"),
    path("interface", gallery.gallery, name="interface"),
    path("interface/job", gallery.drawer_sample, name="interface-job"),
    path("language", public(set_language), name="set_language"),
]
