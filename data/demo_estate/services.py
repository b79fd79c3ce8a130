"""The other agents of the production account: bookings, claims, and the connected house."""

from demo_estate.documents import LAMBDA_TRUST, allow, model, policy, trusts, trusts_bedrock
from demo_estate.hr import ACCOUNT, HAIKU, REGION, SONNET, TITAN
from demo_estate.model import (
    Agent,
    Base,
    Bucket,
    Function,
    Group,
    Role,
    Source,
    Tool,
    Version,
    collection_arn,
    ident,
)

_BOOKING_ROLE = "AmazonBedrockExecutionRoleForAgents-HotelGenAI"
_BOOKING_BASE_ROLE = "AmazonBedrockExecutionRoleForKnowledgeBase_menus"
CLAIMS = "insurance-claims-agent"
CLAIMS_ROLE = "AmazonBedrockExecutionRoleForAgents_insurance-claims"
_HOUSE_ROLE = "connected-house-agent-role"

_BOOKING = Version(
    "2026-07-07T12:00:00Z",
    _BOOKING_ROLE,
    HAIKU,
    "You take table bookings for the restaurants of Example Hotels and answer questions about "
    "the menu.",
    (
        Group(
            "TableBookingsActionGroup",
            "Reads, makes and cancels table bookings.",
            function="table-bookings",
            tools=(
                Tool("get_booking_details", "Reads a booking.", {"booking_id": "The booking"}),
                Tool(
                    "create_booking",
                    "Books a table.",
                    {"date": "The day", "hour": "The hour", "num_guests": "How many"},
                ),
                Tool("delete_booking", "Cancels a booking.", {"booking_id": "The booking"}),
            ),
        ),
    ),
    ("booking-agent-kb",),
)
_CLAIMS = Version(
    "2026-08-25T09:00:00Z",
    CLAIMS_ROLE,
    SONNET,
    "You help adjusters with open claims: what is missing, who was reminded, what comes next.",
    (
        Group(
            "ClaimManagementActionGroup",
            "Lists open claims, finds missing paperwork, sends reminders.",
            function="claim-management",
            schema=("examplecorp-agent-schemas", "claims/openapi.json"),
        ),
    ),
)
_HOUSE = Version(
    "2026-01-29T15:00:00Z",
    _HOUSE_ROLE,
    HAIKU,
    "You answer questions about the devices and the energy use of a connected house.",
    (
        Group(
            "HouseAPI",
            "Queries the events and the camera of the house.",
            function="house-api",
            schema=("examplecorp-agent-schemas", "house/openapi.json"),
        ),
    ),
)


def agents(*, claims_owner: str) -> tuple[Agent, ...]:
    """Return the agents; the claims agent changes hands between the two points in time."""
    return (
        Agent(
            "booking-agent",
            "Table bookings for the restaurants",
            _BOOKING,
            {"2": _BOOKING},
            {"prod": "2"},
            {"owner": "tom.becker", "purpose": "Takes table bookings", "data-domain": "guests"},
            "2026-06-30T08:00:00Z",
        ),
        Agent(
            CLAIMS,
            "Open claims for adjusters",
            _CLAIMS,
            {"6": _CLAIMS},
            {"prod": "6"},
            {
                "owner": claims_owner,
                "purpose": "Helps adjusters with open claims",
                "data-domain": "claims",
            },
            "2026-03-16T08:00:00Z",
        ),
        Agent(
            "connected-house-agent",
            "Questions about a connected house",
            _HOUSE,
            {"1": _HOUSE},
            {"demo": "1"},
            {"project": "innovation-day"},
            "2026-01-28T11:00:00Z",
        ),
    )


FUNCTIONS = (
    Function(
        "table-bookings",
        "table-bookings-role",
        ("booking-agent",),
        "2026-07-07T11:30:00.000+0000",
        environment={"TABLE_NAME": "restaurant_bookings"},
    ),
    Function(
        "claim-management",
        "claim-management-role",
        (CLAIMS,),
        "2026-08-24T16:00:00.000+0000",
        environment={"CLAIMS_TABLE": "insurance-claims", "SNS_TOPIC": "claim-reminders"},
    ),
    Function(
        "house-api",
        "house-api-role",
        (),
        "2026-01-29T14:30:00.000+0000",
        runtime="python3.12",
        any_agent=True,
    ),
)

BASES = (
    Base(
        "booking-agent-kb",
        "Menus of the restaurants",
        _BOOKING_BASE_ROLE,
        "2026-06-30T08:30:00Z",
        (Source("menus", "2026-06-30T08:40:00Z", bucket="examplecorp-restaurant-menus"),),
        {"owner": "tom.becker"},
    ),
)

BUCKETS = (
    Bucket("examplecorp-restaurant-menus", {"data-classification": "public", "team": "hotels"}),
    Bucket("examplecorp-agent-schemas", {"data-classification": "internal", "team": "platform"}),
)


def _agent_trust(name: str) -> dict[str, object]:
    return trusts_bedrock(ACCOUNT, REGION, f"agent/{ident(f'{ACCOUNT}/agent/{name}')}")


ROLES = (
    Role(
        _BOOKING_ROLE,
        _agent_trust("booking-agent"),
        created="2026-06-30T07:50:00Z",
        inline={
            "HotelGenAI": policy(
                allow("InvokeModel", ["bedrock:InvokeModel"], "*"),
                allow(
                    "Bookings",
                    ["lambda:InvokeFunction"],
                    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:table-bookings",
                ),
                allow(
                    "Menus",
                    ["bedrock:Retrieve"],
                    f"arn:aws:bedrock:{REGION}:{ACCOUNT}:knowledge-base/"
                    + ident(f"{ACCOUNT}/base/booking-agent-kb"),
                ),
                allow("Search", ["aoss:APIAccessAll"], "*"),
            )
        },
        path="/service-role/",
        last_used="2026-11-01T20:15:00Z",
    ),
    Role(
        "table-bookings-role",
        LAMBDA_TRUST,
        created="2026-06-30T07:52:00Z",
        inline={
            "Bookings": policy(
                allow(
                    "Tables",
                    "dynamodb:*",
                    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/restaurant_bookings",
                )
            )
        },
        attached=("AWSLambdaBasicExecutionRole",),
        last_used="2026-11-01T20:15:00Z",
    ),
    Role(
        _BOOKING_BASE_ROLE,
        trusts_bedrock(ACCOUNT, REGION, "knowledge-base/*"),
        created="2026-06-30T07:55:00Z",
        inline={
            "KnowledgeBase": policy(
                allow("Embed", "bedrock:InvokeModel", model(REGION, TITAN)),
                allow(
                    "ReadMenus",
                    ["s3:GetObject", "s3:ListBucket"],
                    [
                        "arn:aws:s3:::examplecorp-restaurant-menus",
                        "arn:aws:s3:::examplecorp-restaurant-menus/*",
                    ],
                ),
                allow(
                    "Search",
                    "aoss:APIAccessAll",
                    collection_arn(ACCOUNT, REGION, "booking-agent-kb"),
                ),
            )
        },
        path="/service-role/",
        last_used="2026-10-28T02:00:00Z",
    ),
    Role(
        CLAIMS_ROLE,
        _agent_trust(CLAIMS),
        created="2026-03-16T07:50:00Z",
        inline={
            "Claims": policy(
                allow("InvokeModel", ["bedrock:InvokeModel"], model(REGION, SONNET)),
                allow(
                    "ReadSchema",
                    ["s3:GetObject"],
                    "arn:aws:s3:::examplecorp-agent-schemas/claims/openapi.json",
                    {"StringEquals": {"aws:ResourceAccount": ACCOUNT}},
                ),
            )
        },
        boundary="AgentWorkloadBoundary",
        path="/service-role/",
        last_used="2026-10-31T15:00:00Z",
    ),
    Role(
        "claim-management-role",
        LAMBDA_TRUST,
        created="2026-03-16T07:55:00Z",
        inline={
            "Claims": policy(
                allow(
                    "ClaimTables",
                    [
                        "dynamodb:GetItem",
                        "dynamodb:PutItem",
                        "dynamodb:Query",
                        "dynamodb:UpdateItem",
                    ],
                    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/insurance-claims",
                ),
                allow("Evidence", ["s3:PutObject"], "arn:aws:s3:::examplecorp-claim-evidence/*"),
                allow("Reminders", ["ses:SendEmail", "sns:Publish"], "*"),
            )
        },
        attached=("AWSLambdaBasicExecutionRole",),
        last_used="2026-10-31T15:00:00Z",
        unused=("ses",),
    ),
    Role(
        _HOUSE_ROLE,
        trusts("bedrock.amazonaws.com"),
        created="2026-01-28T10:30:00Z",
        inline={"InvokeFunctions": policy(allow("Invoke", ["lambda:InvokeFunction"], "*"))},
        attached=("AmazonBedrockFullAccess",),
        last_used="2026-02-13T14:00:00Z",
        unused=("iam", "kms", "ec2"),
    ),
    Role(
        "house-api-role",
        LAMBDA_TRUST,
        created="2026-01-28T10:32:00Z",
        inline={
            "House": policy(
                allow("Events", ["athena:*", "glue:*"], "*"),
                allow("Models", ["bedrock:InvokeModel"], "*"),
                allow("Camera", ["kinesisvideo:GetDataEndpoint", "kinesisvideo:GetImages"], "*"),
                allow(
                    "Results",
                    ["s3:GetObject", "s3:PutObject", "s3:GetBucketLocation", "s3:ListBucket"],
                    ["arn:aws:s3:::examplecorp-house-*", "arn:aws:s3:::examplecorp-house-*/*"],
                ),
            )
        },
        attached=("AWSLambdaBasicExecutionRole",),
        last_used="2026-02-13T14:00:00Z",
    ),
    Role(
        "AmazonBedrockExecutionRoleForAgents_trip-planner-pilot",
        trusts_bedrock(ACCOUNT, REGION, f"agent/{ident(f'{ACCOUNT}/agent/trip_planner')}"),
        created="2025-10-06T08:00:00Z",
        inline={
            "Pilot": policy(
                allow("InvokeModel", ["bedrock:InvokeModel"], "*"),
                allow(
                    "Files", ["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::*/AGENT_FILE_STORE/*"
                ),
            )
        },
        path="/service-role/",
    ),
)
