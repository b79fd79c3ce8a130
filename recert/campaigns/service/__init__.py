"""The campaigns of one store, for one caller: everything that the faces can ask and do."""

from recert.campaigns.service.owning import Owning
from recert.campaigns.service.reviewing import Reviewing


class Campaigns(Reviewing, Owning):
    """Reads are cheap and see one state of the store; each write is one transaction.

    Raises UsageError for what does not exist, RefusedError (with its rule) for what a rule forbids.
    """
