"""A law of explanations: asking for many actions at once finds what asking for each alone finds."""

from hypothesis import given
from hypothesis import strategies as st

from recert.analysis.need import Need
from recert.analysis.purpose import explained_actions, explanation

ACTIONS = (
    "s3:GetObject",
    "s3:PutObject",
    "logs:CreateLogStream",
    "ec2:DescribeVpcs",
    "kms:Decrypt",
)
ASKED = ("s3:getobject", "logs:", "ec2:describe", "kms:decrypt", "s3:putobject")
PLACES = ("*", "arn:aws:s3:::b/*", "arn:aws:s3:::c/*", "arn:aws:logs:*:*:log-group:x*")
_some_places = st.lists(st.sampled_from(PLACES), max_size=3).map(tuple)
_needs = st.builds(
    Need,
    name=st.sampled_from(("one", "two")),
    actions=st.lists(st.sampled_from(ASKED), max_size=3).map(tuple),
    resources=_some_places,
    concrete=st.booleans(),
)


@given(
    needs=st.lists(_needs, max_size=4).map(tuple),
    actions=st.lists(st.sampled_from(ACTIONS), unique=True, max_size=5).map(tuple),
    resources=_some_places,
)
def test_many_actions_at_once_are_explained_as_each_alone(
    needs: tuple[Need, ...], actions: tuple[str, ...], resources: tuple[str, ...]
) -> None:
    alone = tuple(
        name for name in actions if explanation(needs, name, (name,), resources) is not None
    )
    assert explained_actions(needs, actions, resources) == alone
