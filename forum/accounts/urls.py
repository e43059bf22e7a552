"""Addresses under /accounts/: our own, and django-allauth's, some with our view in front."""

from allauth.account import views as allauth_views
from django.urls import include, path

from . import views

own = [
    path("", views.home, name="home"),
    path("close/", views.close, name="close"),
    path("closed/", views.closed, name="closed"),
    path("sessions/<int:pk>/end/", views.end_session, name="session-end"),
]

# The first address that fits is taken, and names count for all of allauth.
urlpatterns = [
    path("", include((own, "accounts"))),
    path("login/", views.SignInView.as_view(), name="account_login"),
    path("login/code/confirm/", views.say_when_over(allauth_views.confirm_login_code), name="account_confirm_login_code"),
    path("signup/", views.SignUpView.as_view(), name="account_signup"),
    path("confirm-email/", views.say_when_over(allauth_views.email_verification_sent), name="account_email_verification_sent"),
    path(
        "password/reset/confirm/",
        views.say_when_over(allauth_views.confirm_password_reset_code),
        name="account_confirm_password_reset_code",
    ),
    path("sessions/", views.SessionsView.as_view(), name="usersessions_list"),
    path("", include("allauth.urls")),
]
