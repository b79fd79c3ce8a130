"""Carrying signed revocations through to IAM, and proving by a later reading that they are gone."""
