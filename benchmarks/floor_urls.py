"""The portal's addresses and one more: the bare locked insert behind the same HTTP stack.

Middleware, session, CSRF check and signed-in person are the portal's own; the view does nothing but lock the counter,
count up and insert a narrow row, as the floor without HTTP does.
"""

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST

from portal import urls

from .bare import COUNT, INSERT, LOCK


@require_POST
def bare_filing(request: HttpRequest) -> HttpResponse:
    """Insert one row under the counter's lock."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        last = cursor.fetchone()[0]
        cursor.execute(COUNT, [last + 1])
        cursor.execute(INSERT, [last + 1])
    return HttpResponseRedirect("/registrations/")


urlpatterns = [path("bench/bare-filing/", bare_filing), *urls.urlpatterns]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
