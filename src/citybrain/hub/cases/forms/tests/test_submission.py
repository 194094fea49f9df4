"""Pages are read, conditions decide what is asked, and nothing malformed gets further than a message."""

import os

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.hub.cases.forms import api as forms
from citybrain.hub.cases.forms.tests.factories import GOOD, make_form
from citybrain.kernel.errors import FieldProblem

pytestmark = pytest.mark.django_db
FORM = make_form()
EXAMPLES = int(
    os.environ.get("CITYBRAIN_EXAMPLES", "500")
)  # of each kind; 5000 makes ten thousand submissions


def codes(answers):
    return {p.path: p.code for p in answers.problems}


def test_good_answers_pass_and_fit_the_exported_schema():
    answers = forms.check(FORM, GOOD, given={"operator": "person"})
    assert answers.problems == []
    assert answers.values["agent"] is False
    jsonschema.Draft202012Validator(forms.json_schema(FORM)).validate(answers.values)


def test_the_exported_schema_is_itself_valid():
    jsonschema.Draft202012Validator.check_schema(forms.json_schema(FORM))


def test_what_is_missing_is_named_in_plain_words():
    answers = forms.check(FORM, {}, given={})
    assert codes(answers)["person_name"] == "required"
    assert codes(answers)["way"] == "required_choice"
    message = next(p.message for p in answers.problems if p.path == "phone")
    assert message.say("zh") == "请填写“手机号码”"
    assert message.say("en") == "Enter: Mobile number"


def test_a_question_is_asked_only_when_its_condition_surely_holds():
    assert "uscc" not in codes(forms.check(FORM, GOOD, given={}))
    assert codes(forms.check(FORM, GOOD, given={"operator": "company"}))["uscc"] == "required"


def test_an_answer_to_a_question_no_longer_asked_is_dropped():
    answers = forms.check(FORM, {**GOOD, "proxy_name": "陈大明", "mail_to": "somewhere"}, given={})
    assert "proxy_name" not in answers.values
    assert "mail_to" not in answers.values
    answers = forms.check(FORM, {**GOOD, "agent": "true", "proxy_name": "陈大明"}, given={})
    assert answers.values["proxy_name"] == "陈大明"


def test_answers_nobody_asked_for_are_not_kept():
    answers = forms.check(FORM, {**GOOD, "is_admin": "true"}, given={})
    assert "is_admin" not in answers.values


def test_a_rule_over_two_answers_speaks_at_its_field():
    assert codes(forms.check(FORM, {**GOOD, "kitchen": "90"}, given={})) == {"kitchen": "rule"}


def test_a_page_is_read_from_flat_post_data_with_rows():
    post = {
        "agent": ["false"],
        "way": ["mail"],
        "mail_to": ["宁德市"],
        "people.0.person_name": ["林一"],
        "people.2.person_name": ["陈二"],
        "people.2.phone": ["1"],
        "people.7.person_name": [""],
        "stranger": ["x"],
    }
    answers = forms.read_page(FORM, FORM.page("how"), post, data={}, given={})
    assert codes(answers) == {"people.1.phone": "phone"}
    assert answers.values == {"agent": False, "way": "mail", "mail_to": "宁德市"}
    assert answers.raw["people"][1]["phone"] == "1"


def test_an_unticked_group_of_boxes_clears_the_answer():
    answers = forms.read_page(
        FORM, FORM.page("what"), {"area": ["5"], "items.present": ["1"]}, data={"items": ["hot"]}, given={}
    )
    assert "items" not in answers.values


def test_a_block_has_a_largest_number_of_rows():
    post = {f"people.{n}.person_name": ["某某"] for n in range(9)} | {"agent": ["no"], "way": ["window"]}
    assert codes(forms.read_page(FORM, FORM.page("how"), post, data={}, given={})) == {"people": "too_many"}


def test_a_flood_of_fields_is_refused_as_a_whole():
    post = {f"f{n}": ["1"] for n in range(5000)}
    assert codes(forms.read_page(FORM, FORM.page("who"), post, data={}, given={})) == {"": "too_much_input"}


def test_a_correction_keeps_both_values():
    provenance = {"person_name": {"value": "林小梅", "source": {"zh": "实名", "en": ""}, "kind": "identity"}}
    after = forms.corrected(provenance, {"person_name": "林晓梅"})
    assert after["person_name"]["value"] == "林小梅"
    assert after["person_name"]["corrected"] == "林晓梅"
    assert "corrected" not in forms.corrected(after, {"person_name": "林小梅"})["person_name"]


def test_the_review_page_says_answers_in_words():
    values = forms.check(FORM, {**GOOD, "items": ["hot"]}, given={}).values
    rows = {r["key"]: r for p in forms.review_view(FORM, data=values, given={}) for r in p["rows"]}
    assert rows["area"]["value"].zh == "86.5平方米"
    assert rows["agent"]["value"].say("en") == "No"
    assert "proxy_name" not in rows


names = st.sampled_from(
    [*FORM.items(), *(f"people.{n}.{f}" for n in (0, 1, 2, 3, 99) for f in ("person_name", "phone", "x")),
     "people", "place.county", "place.town", "place.village", "people.present", "", "__class__", "people.-1.phone"]
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["NaN", "1e999", "-0", "२", "Infinity", "\x00", "\ud800", "2026-13-45", "99999999999999999999", "(" * 40,
                     "350902001001", "11010519491231002X", "true", "null", "<script>", "%s", "{0}", "９９", "ⅷ", "²"]),
)  # fmt: skip
posts = st.dictionaries(names, st.lists(texts, max_size=3), max_size=25)
wild = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(post=posts, page=st.sampled_from(FORM.pages), operator=texts)
def test_a_malformed_page_gives_messages_never_an_error(post, page, operator):
    answers = forms.read_page(FORM, page, post, data={}, given={"operator": operator})
    assert all(isinstance(p, FieldProblem) and p.message.zh for p in answers.problems)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.dictionaries(names, wild, max_size=15), good=st.booleans())
def test_malformed_answers_give_messages_and_what_passes_fits_the_schema(data, good):
    answers = forms.check(FORM, {**(GOOD if good else {}), **data}, given={"operator": "company"})
    assert all(isinstance(p, FieldProblem) for p in answers.problems)
    if not answers.problems:
        jsonschema.Draft202012Validator(forms.json_schema(FORM)).validate(answers.values)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(post=posts, page=st.sampled_from(FORM.pages))
def test_whatever_was_typed_can_be_shown_again(post, page):
    answers = forms.read_page(FORM, page, post, data={}, given={})
    forms.page_view(FORM, page, data=answers.values, given={}, raw=answers.raw, problems=answers.problems)
    forms.review_view(FORM, data={**answers.values, **answers.raw}, given={})
