"""Which new permissions make a widened policy critical: administration, escalation, all data."""

from recert.analysis.normal import Unit
from recert.iam.overlap import contains as covers
from recert.iam.overlap import intersects as meets

_ESCALATION = (
    "iam:putrolepolicy",
    "iam:attachrolepolicy",
    "iam:putuserpolicy",
    "iam:attachuserpolicy",
    "iam:putgrouppolicy",
    "iam:attachgrouppolicy",
    "iam:addusertogroup",
    "iam:createpolicyversion",
    "iam:setdefaultpolicyversion",
    "iam:updateassumerolepolicy",
    "iam:deleterolepermissionsboundary",
    "iam:putrolepermissionsboundary",
    "iam:createaccesskey",
    "iam:createloginprofile",
    "iam:updateloginprofile",
    "iam:passrole",
    "sts:assumerole",
    "lambda:updatefunctioncode",
)
_DATA = (
    "s3:getobject",
    "s3:putobject",
    "s3:deleteobject",
    "dynamodb:getitem",
    "dynamodb:scan",
    "dynamodb:query",
    "dynamodb:deleteitem",
    "dynamodb:putitem",
    "rds-data:executestatement",
    "redshift-data:executestatement",
    "secretsmanager:getsecretvalue",
    "ssm:getparameter",
    "kms:decrypt",
    "athena:getqueryresults",
)


def is_grave(unit: Unit) -> bool:
    """Tell whether a statement part gives administration, a way to it, or data without a limit.

    A condition is no limit that could be judged here, except that it names what is meant.
    """
    if unit.effect != "Allow":
        return True
    everywhere = not unit.not_resource and "*" in unit.resource
    if unit.not_action or covers(unit.action[0], "iam:*"):
        return everywhere
    wide = everywhere or unit.not_resource or any("*" in text for text in unit.resource)
    if wide and not unit.tests and any(meets(unit.action[0], action) for action in _ESCALATION):
        return True
    return everywhere and not unit.tests and any(meets(unit.action[0], act) for act in _DATA)
