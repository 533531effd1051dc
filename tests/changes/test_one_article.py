"""A new article is one new file: it is on its shelf, it is found, and it moves no page that can save a life."""

from tests.changes.conftest import Tree
from tests.clinical.test_everyday_questions import HICCUPS, LEAD, asked_in_danger

ASK = """
import sys
from clinical.articles import shelves
from tracker.content import library

def leads(question, reader):
    first, *others = library().index.ranked(question, reader)
    return [first.article.slug, first.points / others[0].points if others else 99]

print(json.dumps({{
    "shelves": {{name: [one.slug for one in on_it] for name, on_it in shelves(library().articles.values())}},
    "found": [one.slug for one in library().index.search("I have the hiccups")],
    "leads": [leads(question, reader) for question, reader, _slug in {asked!r}],
}}))
"""


def test_an_article_is_one_new_file(tree: Tree):
    (tree.root / "content/articles/en/hiccups.md").write_text(HICCUPS)

    assert set(tree.touched()) == {"content/articles/en/hiccups.md"}
    assert tree.check() == ""
    asked = asked_in_danger()
    after = tree.ask(ASK.format(asked=asked))
    assert "hiccups" in after["shelves"]["What helps"]
    assert after["found"][0] == "hiccups"
    assert [slug for slug, _ahead in after["leads"]] == [slug for _question, _reader, slug in asked]
    assert min(ahead for _slug, ahead in after["leads"]) >= LEAD
