"""Addresses of moderation. Those below /admin/ stand before the administration's own."""

from django.urls import path

from .views import batches, dashboard, decisions, flags, log, queue

app_name = "moderation"
urlpatterns = [
    path("admin/moderation/queue/", queue.show_queue, name="queue"),
    path("admin/moderation/queue/steps/", queue.show_steps, name="steps"),
    path("admin/moderation/queue/shortcuts/", queue.set_shortcuts, name="shortcuts"),
    path("admin/moderation/queue/<int:pk>/", queue.decide, name="decide"),
    path("admin/moderation/queue/<int:pk>/claim/", queue.claim, name="claim"),
    path("admin/moderation/undo/<int:pk>/", decisions.undo, name="undo"),
    path("admin/moderation/batches/", batches.preview, name="batch-new"),
    path("admin/moderation/batches/<uuid:pk>/", batches.show_batch, name="batch"),
    path("admin/moderation/dashboard/", dashboard.show_dashboard, name="dashboard"),
    path("comments/<int:pk>/flag/", flags.flag, name="flag"),
    path("moderation-log/", log.show_log, name="log"),
]
