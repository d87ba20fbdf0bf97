"""The catalogue: what kinds of things there are."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.places.contract import Closable, ContractRow


class Article(ContractRow, Closable):
    """A type of weapon or ammunition, with the explosive it holds.

    merged_into: the article that it was found to be; its stock counts as that article's until the merge is undone.
    """

    TABLE: ClassVar[str] = "articles"
    article_id = models.TextField(_("article"), primary_key=True)
    name = models.TextField(_("name"), db_index=True)
    family = models.TextField(_("family"), db_index=True)
    unit = models.TextField(_("unit"))
    hazard_division = models.TextField(_("hazard division"))
    compatibility_group = models.TextField(_("compatibility group"))
    un_number = models.TextField(_("UN number"), null=True)
    neq_kg_each = models.FloatField(_("NEQ of one, kg"), null=True)
    mass_kg_each = models.FloatField(_("net mass of one, kg"), null=True)
    gross_mass_kg_each = models.FloatField(_("gross mass of one, kg"), null=True)
    explosive = models.TextField(_("explosive"), null=True)
    mce_kg = models.FloatField(_("maximum credible event, kg"), null=True)
    attractiveness = models.FloatField(_("attractiveness"), null=True)
    calibre = models.TextField(_("calibre"), null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")

    def __str__(self) -> str:
        return self.name


class ArticleState(models.TextChoices):
    """How sure it is what an article is."""

    KNOWN = "known", _("Known")
    UNIDENTIFIED = "unidentified", _("Unidentified")


class ArticleDetail(models.Model):
    """What the catalogue knows of an article beyond the table of the region. Empty is unknown.

    state: an unidentified article has a provisional division, the worst that it can be, until a technical officer has
    judged it. itemised: each piece is recorded as an item. make, model, country_made: of weapons.
    """

    article = models.OneToOneField(Article, models.PROTECT, primary_key=True, related_name="detail")
    state = models.CharField(_("state"), max_length=16, choices=ArticleState, default=ArticleState.KNOWN)
    itemised = models.BooleanField(_("every piece recorded as an item"), default=False)
    nsn = models.TextField(_("NATO stock number"), blank=True, default="")
    make = models.TextField(_("make"), blank=True, default="")
    model = models.TextField(_("model"), blank=True, default="")
    country_made = models.TextField(_("made in"), blank=True, default="")
    shelf_life_months = models.PositiveIntegerField(_("shelf life, months"), null=True)
    notes = models.TextField(_("notes"), blank=True, default="")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.article_id


class Naming(models.TextChoices):
    """Whose designation a name is."""

    NATIONAL = "national", _("National")
    NATO = "nato", _("NATO")
    WARSAW_PACT = "warsaw_pact", _("Warsaw Pact")
    YUGOSLAV = "yugoslav", _("Yugoslav")
    MAKER = "maker", _("Maker's")
    OTHER = "other", _("Other")


class ArticleName(models.Model):
    """Another name of an article, in any script. normalised: how it is compared, see ``core.records.names``."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="names")
    naming = models.CharField(_("designation"), max_length=16, choices=Naming)
    name = models.TextField(_("name"))
    normalised = models.TextField(db_index=True)

    class Meta:
        ordering: ClassVar = ["naming", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["article", "name"], name="one_name_once")]

    def __str__(self) -> str:
        return self.name


class Package(models.Model):
    """How an article is packed: pieces (or grams) in one package, and what that weighs with and without explosive."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="packages")
    name = models.TextField(_("package"))
    quantity = models.PositiveBigIntegerField(_("pieces or grams in it"))
    gross_mass_kg = models.FloatField(_("gross mass, kg"), null=True)
    neq_kg = models.FloatField(_("NEQ, kg"), null=True)

    class Meta:
        ordering: ClassVar = ["quantity"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["article", "name"], name="one_package_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="package_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class ArticleComponent(models.Model):
    """What one of an article is made of: so many of another article."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="components")
    component = models.ForeignKey(Article, models.PROTECT, related_name="part_of", verbose_name=_("component"))
    quantity = models.PositiveBigIntegerField(_("quantity"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["article", "component"], name="one_component_once"),
            models.CheckConstraint(condition=~models.Q(article=models.F("component")), name="not_part_of_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.component_id}"


class ArticlesApart(models.Model):
    """Two articles that look like one and are not, as somebody said. one, other: in the order of their ids."""

    one = models.ForeignKey(Article, models.CASCADE, related_name="+")
    other = models.ForeignKey(Article, models.CASCADE, related_name="+")
    reason = models.TextField(_("reason"))
    reason_language = models.TextField(blank=True, default="")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "articles apart"
        constraints: ClassVar = [models.UniqueConstraint(fields=["one", "other"], name="apart_once")]

    def __str__(self) -> str:
        return f"{self.one_id} {self.other_id}"


class Picture(models.Model):
    """A photograph, made anew without what the camera wrote into it (place, time, owner). subject: table and row."""

    picture_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    table = models.TextField()
    row_id = models.TextField()
    caption = models.TextField(_("caption"), blank=True, default="")
    content_type = models.TextField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["added_at"]
        indexes: ClassVar = [models.Index(fields=["table", "row_id"], name="pictures_of_row")]

    def __str__(self) -> str:
        return self.caption or str(self.picture_id)
