"""`{% nav_link "catalogue:queue" label icon %}`: a link that shows only to those for whom it is."""

from django import template
from django.forms import BoundField
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from exchange.templatetags.icons import icon as draw_icon

register = template.Library()


def _allowed(context: Context, roles: str) -> bool:
    if not roles:
        return True
    user = context.get("user")
    if user is None or not user.is_authenticated:
        return False
    return any(user.has_role(role) for role in roles.split())


def _current(context: Context, url: str) -> bool:
    request = context.get("request")
    if request is None:
        return False
    return request.path == url or (url.count("/") > 1 and request.path.startswith(url))


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context,
    name: str,
    label: str,
    icon: str = "",
    roles: str = "",
    count: int | None = None,
    hot: bool = False,
) -> SafeString | str:
    """One `<li>`; nothing when the URL name does not exist or none of `roles` (split by blanks) is held.

    `count` is shown at the end of the line, on red when `hot`. The page one is on is marked `aria-current`.
    """
    if not _allowed(context, roles):
        return ""
    try:
        url = reverse(name)
    except NoReverseMatch:
        return ""
    mark = mark_safe(' aria-current="page"') if _current(context, url) else ""
    drawing = draw_icon(icon) if icon else ""
    badge = format_html('<span class="n{}">{}</span>', " hot" if hot else "", count) if count else ""
    return format_html('<li><a href="{}"{}>{}{}{}</a></li>', url, mark, drawing, label, badge)


@register.simple_tag
def url_if(name: str, *args: object, **kwargs: object) -> str:
    """The address of a page, or nothing while that page does not exist: `{% url_if "x:y" as address %}`."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


@register.filter
def unit(field: BoundField) -> str:
    """The unit written behind a field, from `widget.attrs["data-unit"]`."""
    return field.field.widget.attrs.get("data-unit", "")
