"""How forms look, and the size of type a reader chose."""

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

SIZE_COOKIE = "size"
LARGE = "large"
YEAR_S = 365 * 24 * 3600


class FormRenderer(TemplatesSetting):
    """Forms and their fields in our look: `{{ form }}` and `{{ form.price.as_field_group }}`."""

    form_template_name = "shared/_form.html"
    field_template_name = "shared/_field.html"


@require_POST
def set_size(request: HttpRequest) -> HttpResponse:
    """Ordinary or large type (适老化), kept for a year in a cookie; back to the page one came from."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    answer = HttpResponseRedirect(back)
    chosen = LARGE if request.POST.get("size") == LARGE else ""
    answer.set_cookie(SIZE_COOKIE, chosen, max_age=YEAR_S, samesite="Lax", secure=request.is_secure())
    return answer
