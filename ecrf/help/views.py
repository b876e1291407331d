"""The pages of Help: what one can do on a page, the manuals, the first day."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from ecrf.access.language import MASTER
from ecrf.access.requests import UserRequest
from ecrf.help.first_day import parts_of
from ecrf.help.manual.books import OPEN, Book, books
from ecrf.help.manual.chapters import Chapter, chapter
from ecrf.help.manual.paper import manual_pdf
from ecrf.help.manual.search import search
from ecrf.help.topics.pages import of_the_trial, topics


@require_GET
def home(request: UserRequest) -> HttpResponse:
    """The manuals, those of one's own roles first; with a `q`, the places that hold its words."""
    query = request.GET.get("q", "").strip()[:200]
    roles = {membership.role for membership in request.user.current_memberships}
    own = [_contents(book) for book in books().values() if book.roles & roles]
    others = [_contents(book) for book in books().values() if not book.roles & roles]
    languages = {one.language for _book, chapters in (*own, *others) for one in chapters}
    context = {
        "query": query,
        "found": search(query) if query else [],
        "own": own,
        "others": others,
        "is_translated": languages == {get_language()},
    }
    return render(request, "help/home.html", context)


@login_not_required
@require_GET
def page_help(request: HttpRequest, key: str) -> HttpResponse:
    """What one can do on a page: as a page, or as the piece that opens beside the page one is on."""
    topic = topics().get(key)
    if topic is None:
        raise Http404
    if not (topic.is_open or request.user.is_authenticated):
        return _log_in_first(request)
    address, _, anchor = topic.chapter.partition("#")
    is_readable = request.user.is_authenticated or address.startswith(f"{OPEN}/")
    context = {
        "topic": topic,
        "of_the_trial": of_the_trial(topic),
        "chapter": chapter(address) if is_readable else None,
        "anchor": anchor,
    }
    template = "help/_page_help.html" if request.headers.get("HX-Request") else "help/page_help.html"
    return render(request, template, context)


@login_not_required
@require_GET
def chapter_page(request: HttpRequest, book: str, name: str) -> HttpResponse:
    if not (book == OPEN or request.user.is_authenticated):
        return _log_in_first(request)
    try:
        found = chapter(f"{book}/{name}")
    except KeyError as error:
        raise Http404 from error
    of_book = [chapter(address) for address in books()[book].chapters if _may_read(request, address)]
    at = of_book.index(found)
    context = {
        "chapter": found,
        "book": books()[book],
        "chapters": of_book,
        "next": of_book[at + 1] if at + 1 < len(of_book) else None,
    }
    return render(request, "help/chapter.html", context)


@require_GET
def book_pdf(request: UserRequest, book: str) -> HttpResponse:
    if book not in books():
        raise Http404
    made = manual_pdf(book, timezone.now().date(), get_language() or MASTER)
    headers = {"Content-Disposition": f'inline; filename="manual-{book}.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


@require_GET
def first_day(request: UserRequest) -> HttpResponse:
    """The steps of the first day, ticked off by what is there."""
    return render(request, "help/first_day.html", {"parts": parts_of(request.user)})


def _contents(book: Book) -> tuple[Book, list[Chapter]]:
    return book, [chapter(address) for address in book.chapters]


def _may_read(request: HttpRequest, address: str) -> bool:
    return request.user.is_authenticated or address.startswith(f"{OPEN}/")


def _log_in_first(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(gettext("You are logged out."), status=401)
    return redirect_to_login(request.get_full_path())
