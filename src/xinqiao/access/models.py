"""Posts, consent, emergency reading, and links for people outside."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from xinqiao.access.enums import ConsentForm, ConsentParty, PostKind, Purpose, WithdrawChannel
from xinqiao.people.models import Organisation, Person
from xinqiao.vault.fields import SealedField


class Post(models.Model):
    """A person appointed at an organisation. Scope is the organisation's subtree. The post ends, the sight ends."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts")
    kind = models.CharField(max_length=16, choices=PostKind)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, db_comment="first day without the post")
    appointed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "kind"], condition=Q(ends_on=None), name="post_held_once"
            ),
            models.CheckConstraint(
                name="post_ends_after_start", condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))
            ),
        ]
        indexes = [models.Index(fields=["organisation", "kind"], name="post_organisation_kind")]


class DutyTurn(models.Model):
    """Who answers for urgent matters of a school in a period; without one, the chain of posts answers."""

    school = models.ForeignKey(Organisation, models.PROTECT, related_name="duty_turns")
    post = models.ForeignKey(Post, models.PROTECT, related_name="duty_turns")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="duty_ends_after_start", condition=Q(ends_at__gt=F("starts_at")))]


class ConsentText(models.Model):
    """One version of what people agree to. A used version is never changed: a new one is made."""

    purpose = models.CharField(max_length=12, choices=Purpose)
    version = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", db_comment="empty: the house's own"
    )
    title = models.CharField(max_length=120)
    body = models.TextField(db_comment="paragraphs; a line starting with ## is a heading")
    asks_again = models.BooleanField(default=False, db_comment="older consents no longer cover what this text says")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("purpose"), F("version"), Coalesce("organisation", 0), name="consent_text_version_once"
            ),
        ]

    def __str__(self) -> str:
        return _("%(title)s（第%(n)d版）") % {"title": self.title, "n": self.version}

    @property
    def pieces(self) -> list[dict[str, object]]:
        """The body line by line: ``heading`` and ``words``."""
        lines = [line.strip() for line in self.body.splitlines()]
        return [{"heading": line.startswith("## "), "words": line.removeprefix("## ")} for line in lines if line]


class Consent(models.Model):
    """One answer of one party for one purpose. Declining is an answer like any other; withdrawing stops new use."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", db_comment="who asked; it does not count anywhere else"
    )
    purpose = models.CharField(max_length=12, choices=Purpose)
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+")
    party = models.CharField(max_length=8, choices=ConsentParty)
    granted = models.BooleanField()
    form = models.CharField(max_length=6, choices=ConsentForm)
    given_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="consents_given")
    signed_name = models.CharField(max_length=64, blank=True, db_comment="on paper, by somebody we do not know")
    relation = models.CharField(max_length=12, blank=True)
    witness = models.CharField(max_length=64, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    valid_until = models.DateField(null=True, blank=True, db_comment="last day on which it counts")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdraw_channel = models.CharField(max_length=8, choices=WithdrawChannel, blank=True)
    scope = models.CharField(max_length=120, blank=True, db_comment="sharing: with whom, which sections")

    class Meta:
        indexes = [models.Index(fields=["person", "purpose"], name="consent_person_purpose")]
        constraints = [
            models.UniqueConstraint(
                F("person"),
                F("organisation"),
                F("purpose"),
                F("party"),
                Coalesce("given_by", 0),
                F("scope"),
                condition=Q(withdrawn_at=None),
                name="one_standing_answer",
            ),
            models.CheckConstraint(
                name="somebody_gave_the_answer", condition=Q(given_by__isnull=False) | ~Q(signed_name="")
            ),
            models.CheckConstraint(
                name="self_speaks_for_self",
                condition=~Q(party="self") | Q(given_by__isnull=False, given_by=F("person")),
            ),
            models.CheckConstraint(name="verbal_consent_has_witness", condition=~Q(form="verbal") | ~Q(witness="")),
            models.CheckConstraint(
                name="withdrawal_has_channel",
                condition=Q(withdrawn_at=None, withdraw_channel="")
                | (Q(withdrawn_at__gte=F("given_at")) & ~Q(withdraw_channel="")),
            ),
        ]


class BreakGlass(models.Model):
    """Emergency reading of one file: reason, time limit, a second person told, reviewed weekly."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reader = models.ForeignKey(Person, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="glass_broken")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    reason = SealedField(owner="school_id")
    told = models.ForeignKey(Person, models.PROTECT, related_name="+", db_comment="the second person, told at once")
    told_at = models.DateTimeField(null=True, db_comment="when the second person confirmed having read it")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    justified = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="second_person_is_another", condition=~Q(told=F("reader"))),
            models.CheckConstraint(name="glass_has_an_end", condition=Q(ends_at__gte=F("starts_at"))),
            models.CheckConstraint(
                name="glass_review_is_whole",
                condition=Q(reviewed_by=None, reviewed_at=None, justified=None)
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False, justified__isnull=False),
            ),
            models.CheckConstraint(name="nobody_reviews_themselves", condition=~Q(reviewed_by=F("reader"))),
        ]


class OutsideLink(models.Model):
    """A door for somebody outside: one page, until a time, with a code told separately. Only hashes are kept."""

    room = models.CharField(max_length=40, db_comment="name under which an upper room registered what the link opens")
    target = models.PositiveBigIntegerField()
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    for_whom = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=64)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_comment="made when first opened"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField(default=5)
    opened_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class StudentCode(models.Model):
    """The code on a student's printed slip, hashed with a key outside the database; a new slip replaces the old one."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="student_code")
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()


class BindingCode(models.Model):
    """A one-time code with which a guardian opens their own account."""

    guardian = models.ForeignKey(Person, models.PROTECT, related_name="binding_codes")
    code_fingerprint = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guardian"], condition=Q(used_at=None), name="one_unused_binding_code"),
        ]


class EntryFailure(models.Model):
    """A wrong code at one of the entrances. Keys are hashes (of school and number, of an address), never the values."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="entry_failure_key_at")]
