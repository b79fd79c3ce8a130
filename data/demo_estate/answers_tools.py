"""What AWS answers about the tools and credentials that AgentCore agents share, and about prompts."""

from collections.abc import Iterator

from demo_estate.answers_newer import CORE, core_arn, core_key, prompt_arn, provider_arn
from demo_estate.lines import Line, Page
from demo_estate.newer import Engine, Newer, Prompt, Provider

_NONE = {
    "ListCapacityProviders": "capacityProviders",
    "ListConsentPortals": "consentPortals",
    "ListOnlineEvaluationConfigs": "onlineEvaluationConfigs",
    "ListPaymentCredentialProviders": "credentialProviders",
    "ListPaymentManagers": "paymentManagers",
}


def answers(page: Page, newer: Newer) -> Iterator[Line]:
    """Yield every line about these kinds; an empty listing is an answer, too."""
    yield from _sandboxes(page, newer)
    yield from _providers(page, newer.providers)
    yield from _engines(page, newer.engines)
    identities = [
        {
            "name": name,
            "workloadIdentityArn": core_arn(
                page, "workload-identity-directory", f"default/workload-identity/{name}"
            ),
        }
        for name in newer.identities
    ]
    yield page.line(CORE, "ListWorkloadIdentities", {"workloadIdentities": identities})
    for operation, key in _NONE.items():
        yield page.line(CORE, operation, {key: []})
    yield from _prompts(page, newer.prompts)


def _sandboxes(page: Page, newer: Newer) -> Iterator[Line]:
    kinds = (
        ("browser", "Browser", "ListBrowsers", "browserSummaries", newer.tools.browsers),
        (
            "codeInterpreter",
            "CodeInterpreter",
            "ListCodeInterpreters",
            "codeInterpreterSummaries",
            newer.tools.interpreters,
        ),
    )
    for stem, word, listing, key, named in kinds:
        kind = "browser-custom" if stem == "browser" else "code-interpreter-custom"
        summaries = [
            {
                f"{stem}Id": core_key(page, kind, name),
                f"{stem}Arn": core_arn(page, kind, core_key(page, kind, name)),
                "name": name,
                "status": "READY",
                "createdAt": "2026-09-21T08:00:00Z",
                "lastUpdatedAt": "2026-09-21T08:00:00Z",
            }
            for name in named
        ]
        yield page.line(CORE, listing, {key: summaries})
        for summary, role in zip(summaries, named.values(), strict=True):
            body = {
                **summary,
                "executionRoleArn": page.place.role_arn(role),
                "networkConfiguration": {"networkMode": "PUBLIC"},
            }
            asked = {f"{stem}Id": summary[f"{stem}Id"]}
            yield page.line(CORE, f"Get{word}", body, asked)


def _providers(page: Page, providers: tuple[Provider, ...]) -> Iterator[Line]:
    keys = [one for one in providers if one.vendor is None]
    yield from _api_keys(page, keys)
    listed, details = [], []
    for one in providers:
        if one.vendor is not None:
            arn = provider_arn(page, "oauth2credentialprovider", one.name)
            head = _provider(one, arn) | {"credentialProviderVendor": one.vendor}
            listed.append(head)
            discovery = {"discoveryUrl": "https://github.com/login/oauth/.well-known"}
            settings = {"oauthDiscovery": discovery, "clientId": "Iv1.0a1b2c3d4e5f6071"}
            body = {
                **head,
                "clientSecretArn": {"secretArn": _secret(page, one)},
                "oauth2ProviderConfigOutput": {"githubOauth2ProviderConfig": settings},
            }
            details.append(page.line(CORE, "GetOauth2CredentialProvider", body, {"name": one.name}))
    yield page.line(CORE, "ListOauth2CredentialProviders", {"credentialProviders": listed})
    yield from details


def _api_keys(page: Page, providers: list[Provider]) -> Iterator[Line]:
    listed = [
        _provider(one, provider_arn(page, "apikeycredentialprovider", one.name))
        for one in providers
    ]
    yield page.line(CORE, "ListApiKeyCredentialProviders", {"credentialProviders": listed})
    for one, head in zip(providers, listed, strict=True):
        body = {**head, "apiKeySecretArn": {"secretArn": _secret(page, one)}}
        yield page.line(CORE, "GetApiKeyCredentialProvider", body, {"name": one.name})


def _provider(provider: Provider, arn: str) -> Line:
    return {
        "name": provider.name,
        "credentialProviderArn": arn,
        "createdTime": provider.created,
        "lastUpdatedTime": provider.created,
    }


def _secret(page: Page, provider: Provider) -> str:
    place = page.place
    name = f"bedrock-agentcore-identity!default/{provider.name}-a1B2c3"
    return f"arn:aws:secretsmanager:{place.region}:{place.account}:secret:{name}"


def _engines(page: Page, engines: tuple[Engine, ...]) -> Iterator[Line]:
    listed = []
    policies = []
    for engine in engines:
        key = core_key(page, "policy-engine", engine.name)
        arn = core_arn(page, "policy-engine", key)
        dates = {"createdAt": engine.created, "updatedAt": engine.created}
        listed.append(
            {
                "policyEngineId": key,
                "policyEngineArn": arn,
                "name": engine.name,
                "status": "ACTIVE",
                **dates,
            }
        )
        found = [
            {
                "policyId": f"{name}-{core_key(page, 'cedar', name)[-10:]}",
                "policyArn": f"{arn}/policy/{name}",
                "policyEngineId": key,
                "name": name,
                "status": "ACTIVE",
                "enforcementMode": "ACTIVE",
                "definition": {"cedar": {"statement": statement}},
                **dates,
            }
            for name, statement in engine.policies.items()
        ]
        asked = {"policyEngineId": key}
        policies.append(page.line(CORE, "ListPolicies", {"policies": found}, asked))
    yield page.line(CORE, "ListPolicyEngines", {"policyEngines": listed})
    yield from policies


def _prompts(page: Page, prompts: tuple[Prompt, ...]) -> Iterator[Line]:
    summaries, details = [], []
    for prompt in prompts:
        arn = prompt_arn(page, prompt.name)
        head = {
            "name": prompt.name,
            "id": arn.rpartition("/")[2],
            "arn": arn,
            "version": "DRAFT",
            "createdAt": prompt.created,
            "updatedAt": prompt.created,
        }
        summaries.append(head)
        variant = {
            "name": "default",
            "templateType": "TEXT",
            "templateConfiguration": {"text": {"text": prompt.words}},
            "modelId": prompt.model,
        }
        body = {**head, "defaultVariant": "default", "variants": [variant]}
        asked = {"promptIdentifier": arn}
        details.append(page.line("bedrock-agent", "GetPrompt", body, asked))
    yield page.line("bedrock-agent", "ListPrompts", {"promptSummaries": summaries})
    yield from details
