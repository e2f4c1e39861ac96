"""What the tests of pages share: a clock that stands at NOON, clients of the people of the county, real photos."""

from __future__ import annotations

import io
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.factories import NOON, sign_in
from xinqiao.access.actor import Actor, actor_of
from xinqiao.people.models import Person


def stand_at(monkeypatch, at: datetime = NOON) -> None:
    """Views ask the clock; in these tests it says ``at``."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)


def as_(actor: Actor) -> Client:
    """A client signed in as this person, with the posts they hold now."""
    return sign_in(Client(), actor_of(Person.objects.get(pk=actor.person.pk), NOON))


def a_photo(name: str = "活动.jpg", colour: str = "teal", *, place: bool = False) -> SimpleUploadedFile:
    out = io.BytesIO()
    picture = Image.new("RGB", (64, 48), colour)
    exif = Image.Exif()
    if place:
        exif[0x010F] = "secret-camera"
        exif[0x8825] = {1: "N", 2: (31.0, 14.0, 0.0)}
    picture.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def a_pdf(name: str = "总结.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", "application/pdf")


def text(answer) -> str:
    return answer.content.decode()
