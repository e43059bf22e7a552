"""The three roles of staff. Each app lists what a role needs there in ``role_permissions`` of its AppConfig; that is all."""

from django.apps import AppConfig, apps

MODERATOR, AUTHOR, OPERATOR = ROLES = ("moderator", "author", "operator")


def grant_permissions(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Make the groups and give each exactly the permissions that the apps list. Runs after every migration of the last app."""
    if sender is not list(apps.get_app_configs())[-1] and sender.label != "auth":
        return
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0, using=using)
    for role in ROLES:
        names = {name for config in apps.get_app_configs() for name in getattr(config, "role_permissions", {}).get(role, ())}
        group, _ = Group.objects.using(using).get_or_create(name=role)
        wanted = [
            permission
            for permission in Permission.objects.using(using).select_related("content_type")
            if f"{permission.content_type.app_label}.{permission.codename}" in names
        ]
        if missing := names - {f"{permission.content_type.app_label}.{permission.codename}" for permission in wanted}:
            raise LookupError(f"role_permissions names permissions that do not exist: {', '.join(sorted(missing))}")
        group.permissions.set(wanted)
