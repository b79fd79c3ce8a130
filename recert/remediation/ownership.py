"""Who writes a role or a policy: a person, or a program that would write it again."""

from collections.abc import Mapping

_KEYS = frozenset(
    {"managed-by", "managed_by", "managedby", "provisioner", "provisioned-by", "iac", "created-by"}
)
_PROGRAMS = {
    "terraform": "Terraform",
    "opentofu": "Terraform",
    "terragrunt": "Terraform",
    "cloudformation": "CloudFormation",
    "cdk": "CloudFormation",
    "sam": "CloudFormation",
    "pulumi": "Pulumi",
    "crossplane": "Crossplane",
}


def owner_of(tags: Mapping[str, str]) -> str | None:
    """Return the program that owns what carries these tags, None where they name none."""
    for key, value in tags.items():
        name = key.lower()
        if name.startswith(("aws:cloudformation:", "aws:cdk")):
            return "CloudFormation"
        said = value.strip().lower()
        if name in _KEYS and said in _PROGRAMS:
            return _PROGRAMS[said]
        if name in {"terraform", "opentofu"} and said not in {"", "false", "no", "0"}:
            return "Terraform"
    return None
