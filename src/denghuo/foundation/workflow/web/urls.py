from __future__ import annotations

from django.urls import path

from denghuo.foundation.workflow.web import acts, board, cases, definitions, drafts, limits, lists, tasks

app_name = "workflow"
urlpatterns = [
    path("tasks", lists.MyTasks.as_view(), name="tasks"),
    path("tasks/roles", lists.RoleTasks.as_view(), name="tasks-roles"),
    path("tasks/unit", lists.UnitTasks.as_view(), name="tasks-unit"),
    path("tasks/all", lists.AllTasks.as_view(), name="tasks-all"),
    path("tasks/claim", tasks.claim_many, name="claim-many"),
    path("tasks/assign", tasks.assign_many, name="assign-many"),
    path("tasks/<int:pk>", tasks.task_page, name="task"),
    path("tasks/<int:pk>/complete", tasks.complete, name="complete"),
    path("tasks/<int:pk>/claim", tasks.claim, name="claim"),
    path("tasks/<int:pk>/assign", tasks.assign, name="assign"),
    path("tasks/<int:pk>/transfer", tasks.transfer, name="transfer"),
    path("asked", lists.AskedList.as_view(), name="asked"),
    path("asked/<int:pk>", acts.side_task, name="side-task"),
    path("asked/<int:pk>/answer", acts.answer, name="answer"),
    path("cases", lists.CaseList.as_view(), name="cases"),
    path("cases/<int:pk>", cases.case_page, name="case"),
    path("cases/<int:pk>/remark", acts.remark, name="remark"),
    path("cases/<int:pk>/attach", acts.attach, name="attach"),
    path("cases/<int:pk>/pause", acts.pause, name="pause"),
    path("cases/<int:pk>/resume", acts.resume, name="resume"),
    path("cases/<int:pk>/ask", acts.ask, name="ask"),
    path("cases/<int:pk>/hand-over", acts.hand_over, name="hand-over"),
    path("cases/<int:pk>/cancel", acts.cancel, name="cancel"),
    path("board", board.board, name="board"),
    path("definitions", definitions.definitions, name="definitions"),
    path("definitions/bring-in", definitions.bring_in, name="bring-in"),
    path("definitions/<int:pk>", definitions.definition, name="definition"),
    path("definitions/<int:pk>/diagram", definitions.diagram, name="diagram"),
    path("definitions/<int:pk>/approve", definitions.approve, name="approve"),
    path("definitions/<int:pk>/start", definitions.start, name="start"),
    path("definitions/<int:pk>/migrate", definitions.migrate, name="migrate"),
    path("limits", limits.limits, name="limits"),
    path("limits/<str:process>", limits.limit, name="limit"),
    path("drafts", drafts.drafts, name="drafts"),
]
