"""Botocore's service models: which services and operations exist, and what their shapes are."""

from functools import lru_cache

from botocore.loaders import Loader
from botocore.model import OperationModel, OperationNotFoundError, ServiceModel, Shape
from botocore.paginate import PaginatorModel
from botocore.regions import EndpointResolver

GLOBAL_SERVICES = frozenset({"iam", "organizations", "account", "s3"})
"""Services whose answers hold for a whole account, whichever region signed the request."""

_PAGE_SIZES = frozenset(
    {"maxResults", "MaxResults", "MaxItems", "maxItems", "PageSize", "pageSize", "Limit", "limit"}
)

_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def partition_of(region: str) -> str:
    """Return the partition of a region."""
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")


@lru_cache(maxsize=1)
def loader() -> Loader:
    """Return the one loader of botocore's data: what it has read once, every session shares."""
    return Loader()


@lru_cache(maxsize=1)
def service_names() -> frozenset[str]:
    """Return the name of every service that botocore knows."""
    return frozenset(loader().list_available_services("service-2"))


@lru_cache(maxsize=64)
def service_model(service: str) -> ServiceModel:
    """Return a service's model; raises KeyError for an unknown service."""
    if service not in service_names():
        raise KeyError(service)
    return ServiceModel(loader().load_service_model(service, "service-2"), service)


@lru_cache(maxsize=2048)
def operation_model(service: str, operation: str) -> OperationModel:
    """Return an operation's model; raises KeyError for an unknown service or operation."""
    try:
        return service_model(service).operation_model(operation)
    except OperationNotFoundError as error:
        raise KeyError(operation) from error


@lru_cache(maxsize=64)
def _paginators(service: str) -> PaginatorModel | None:
    if service not in loader().list_available_services("paginators-1"):
        return None
    return PaginatorModel(loader().load_service_model(service, "paginators-1"))


@lru_cache(maxsize=2048)
def page_size_names(service: str, operation: str) -> frozenset[str]:
    """Return the parameters of an operation that only say how long a page may be."""
    model = operation_model(service, operation)
    members = model.input_shape.members if model.input_shape is not None else {}
    found = {
        name
        for name, shape in members.items()
        if name in _PAGE_SIZES and shape.type_name in {"integer", "long"}
    }
    limit = paginator(service, operation).get("limit_key")
    return frozenset(found | ({limit} if isinstance(limit, str) else set()))


@lru_cache(maxsize=2048)
def paginator(service: str, operation: str) -> dict[str, object]:
    """Return botocore's pagination settings of an operation, empty where it has none."""
    model = _paginators(service)
    if model is None:
        return {}
    try:
        return dict(model.get_paginator(operation))
    except ValueError:
        return {}


@lru_cache(maxsize=512)
def is_global(service: str) -> bool:
    """Tell whether a service answers for the whole account from one place."""
    if service in GLOBAL_SERVICES:
        return True
    prefix = service_model(service).endpoint_prefix
    resolver = _endpoints()
    regional = resolver.get_available_endpoints(prefix, "aws", allow_non_regional=False)
    every = resolver.get_available_endpoints(prefix, "aws", allow_non_regional=True)
    return not regional and "aws-global" in every


@lru_cache(maxsize=1)
def _endpoints() -> EndpointResolver:
    return EndpointResolver(loader().load_data("endpoints"))


def output_shape(service: str, operation: str) -> Shape | None:
    """Return the shape of an operation's answer, None where it answers nothing."""
    return operation_model(service, operation).output_shape
