"""What an official reads on the page of a case."""

from citybrain.apps.services.tests.factories import submitted


def test_answers_are_shown_in_words(visit):
    case = submitted()
    page = visit("reviewer.rsj").get(f"/cases/{case.id}/").content.decode()
    assert "中国银行" in page or "中国工商银行" in page or "农业银行" in page
    assert "(&#39;zh&#39;" not in page
    assert "('zh'" not in page
