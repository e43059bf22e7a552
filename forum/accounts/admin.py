"""Members in the administration, for operators. A member is never deleted here: what they wrote would lose its writer."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .addresses import set_address
from .models import User
from .names import name_key, sounds_like_staff
from .naming import is_held, rename

# One way to sign in for everybody, second step included.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Secrets and sessions are their owners' alone; addresses are changed with the member.
for private in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(private)


class NameChecks(forms.ModelForm):
    """The rules about a member's name and address, for whoever types them."""

    def clean_email(self) -> str:
        """Keep addresses in small letters, as sign-in compares them."""
        return self.cleaned_data["email"].strip().lower()

    def clean(self) -> dict[str, Any]:
        """Refuse a name that looks like another member's, and a word of staff for anybody else."""
        data = super().clean() or self.cleaned_data
        name = data.get("display_name", "")
        key = name_key(name)
        if name and not key:
            self.add_error("display_name", _("A name needs a letter or a number."))
        elif name and not (data.get("is_staff") or self.instance.is_superuser) and sounds_like_staff(name):
            self.add_error(
                "display_name", _("This name sounds like staff. Only people who may open the administration can have it.")
            )
        elif name and (other := User.objects.filter(name_key=key).exclude(pk=self.instance.pk).first()):
            self.add_error("display_name", _("This looks the same as the name of another member: %(name)s.") % {"name": other})
        elif name and is_held(name, besides=self.instance):
            self.add_error("display_name", _("Another member gave up this name not long ago."))
        return data


class MemberForm(NameChecks, UserChangeForm):
    """A member as an operator edits them."""


class NewMemberForm(NameChecks, AdminUserCreationForm):
    """A new member; without a password they sign in by mailed code only."""

    class Meta:
        model = User
        fields = ("email", "display_name")


@admin.register(User)
class MemberAdmin(UserAdmin):
    """Names, roles, passwords."""

    form = MemberForm
    add_form = NewMemberForm
    fieldsets = (
        (None, {"fields": ("email", "display_name", "relation", "password")}),
        (_("Role"), {"fields": ("is_active", "is_staff", "groups")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("email", "display_name", "usable_password", "password1", "password2")}),
    )
    readonly_fields = ("last_login", "date_joined")
    list_display = ("display_name", "email", "is_staff", "is_active", "date_joined")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("display_name", "email")
    ordering = ("-pk",)
    sortable_by = ()
    filter_horizontal = ("groups",)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        """Store the member with the address of their page, which leads there under their old name too.

        The operator vouches for an e-mail address they type: whoever reads its mail can sign in.
        """
        if not change:
            User.objects.give_name(obj, obj.display_name)
        elif "display_name" in form.changed_data:
            renamed = rename(obj, obj.display_name)
            obj.name_key, obj.slug = renamed.name_key, renamed.slug
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            set_address(obj, is_proven=True)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep an account that may do everything from those who may not."""
        if obj is not None and obj.is_superuser and not getattr(request.user, "is_superuser", False):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False
