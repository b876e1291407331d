"""An address with two holes, beside the product's while it is scanned: scanners that find none of them are blind."""

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse


def decoy(request: HttpRequest) -> HttpResponse:
    """What is asked goes into the statement, and what is typed into the page, as it is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 'found' WHERE 'decoy' = '{request.GET.get('asked', '')}'")
            found = cursor.fetchone()
    except Error as error:
        found = f"ERROR:  {error}"  # as PostgreSQL's own programs begin it
    return HttpResponse(f"<html><body><p>{request.GET.get('typed', '')}</p><p>{found}</p></body></html>")
