"""Words of several industries, so that each application has names of its own; none of them hints at what may break."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Industry:
    """The words of one industry.

    Attributes:
        companies: names of the application.
        things: what services are about.
        stores: what databases are called after.
        verbs: (base form, past) of what services do.
        customer, subject: fields of requests, with how they are written.
        kinds: values of a field `kind`.
    """

    companies: tuple[str, ...]
    things: tuple[str, ...]
    stores: tuple[str, ...]
    verbs: tuple[tuple[str, str], ...]
    customer: str
    subject: str
    kinds: tuple[str, ...]


_VERBS = (
    ("create", "created"),
    ("find", "found"),
    ("update", "updated"),
    ("list", "listed"),
    ("check", "checked"),
)

INDUSTRIES: tuple[Industry, ...] = (
    Industry(
        companies=("norrland-cargo", "blueharbor", "trailfreight", "meridian-lines"),
        things=(
            "manifests", "routing", "customs", "depots", "drivers", "fleet", "parcels", "pickups", "tariffs", "tracking",
            "waybills", "berths", "containers", "deliveries", "dispatch", "docks", "geocoding", "handover", "invoices",
            "labels", "loading", "pallets", "planning", "proofs", "returns", "scans", "slots", "telematics", "tolls",
            "transit", "vehicles", "weights", "yards", "claims", "contracts", "forecasts", "partners", "schedules",
        ),
        stores=("ledger", "movements", "registry", "positions", "master", "history"),
        verbs=(*_VERBS, ("route", "routed"), ("assign", "assigned")),
        customer="consignee", subject="waybill", kinds=("express", "standard", "bulk", "chilled"),
    ),
    Industry(
        companies=("lakeside-health", "carepath", "medibridge", "vitalis"),
        things=(
            "admissions", "allergies", "appointments", "beds", "billing-codes", "consents", "diagnoses", "discharges",
            "doctors", "encounters", "episodes", "imaging", "insurance", "labs", "letters", "medications", "observations",
            "orders-entry", "patients", "pharmacy", "prescriptions", "procedures", "referrals", "reminders", "results",
            "rosters", "specimens", "staff", "surgery", "telehealth", "theatres", "transfers", "transport", "triage",
            "vaccines", "vitals", "wards", "waiting-list",
        ),
        stores=("clinical", "records", "master-index", "archive", "scheduling", "audit"),
        verbs=(*_VERBS, ("admit", "admitted"), ("release", "released")),
        customer="patient", subject="encounter", kinds=("outpatient", "inpatient", "emergency", "day-case"),
    ),
    Industry(
        companies=("granite-mutual", "harbourlife", "covera", "aegisbank"),
        things=(
            "accounts", "agents", "annuities", "beneficiaries", "brokers", "bonds", "clauses", "collateral", "commissions",
            "coverage", "deposits", "disputes", "endorsements", "exposure", "funds", "holdings", "interest", "ledgers",
            "limits", "loans", "mandates", "margins", "mortgages", "policies", "positions", "premiums", "pricing", "quotas",
            "ratings", "reinsurance", "renewals", "reserves", "risk", "screening", "settlement", "statements", "transfers",
            "underwriting",
        ),
        stores=("core", "books", "reference", "journal", "parties", "documents"),
        verbs=(*_VERBS, ("approve", "approved"), ("post", "posted")),
        customer="policyholder", subject="contract", kinds=("retail", "corporate", "life", "property"),
    ),
    Industry(
        companies=("gridwise", "sunfield-power", "hydra-utilities", "northwind-energy"),
        things=(
            "assets", "auctions", "balancing", "batteries", "bids", "capacity", "charging", "connections", "consumption",
            "contracts", "crews", "curtailment", "dispatching", "emissions", "feeders", "forecasting", "generation", "grid",
            "inverters", "islands", "loads", "maintenance", "markets", "meters", "nominations", "outages", "permits",
            "prices", "readings", "reserves", "sensors", "settlements", "substations", "switching", "tariffs", "topology",
            "transformers", "weather",
        ),
        stores=("timeseries", "network", "market", "measurements", "inventory", "billing"),
        verbs=(*_VERBS, ("measure", "measured"), ("balance", "balanced")),
        customer="customer", subject="meter", kinds=("household", "industry", "solar", "storage"),
    ),
    Industry(
        companies=("openlecture", "campusnet", "studyhall", "lumenlearn"),
        things=(
            "assignments", "attendance", "badges", "bookings", "calendars", "campuses", "catalogs", "certificates", "classes",
            "cohorts", "courses", "credits", "curricula", "degrees", "enrolment", "exams", "faculty", "feedback", "forums",
            "grading", "groups", "lectures", "lessons", "libraries", "materials", "mentors", "modules", "plagiarism",
            "profiles", "programmes", "quizzes", "rooms", "scholarships", "submissions", "syllabus", "terms", "transcripts",
            "tutors",
        ),
        stores=("academic", "students", "content", "results", "directory", "events-store"),
        verbs=(*_VERBS, ("grade", "graded"), ("enrol", "enrolled")),
        customer="student", subject="course", kinds=("bachelor", "master", "evening", "remote"),
    ),
    Industry(
        companies=("stayfinder", "alpine-travel", "roamly", "coastline-hotels"),
        things=(
            "airlines", "amenities", "arrivals", "availability", "baggage", "bookings", "cabins", "cancellations", "checkin",
            "cities", "concierge", "deals", "departures", "destinations", "excursions", "fares", "flights", "geo", "guests",
            "hotels", "inventory", "itineraries", "keys", "loyalty", "maps", "occupancy", "offers", "packages", "passports",
            "photos", "rates", "reservations", "rooms", "seating", "suppliers", "tickets", "upgrades", "vouchers",
        ),
        stores=("bookings", "content", "rates", "guests", "reference", "partners"),
        verbs=(*_VERBS, ("reserve", "reserved"), ("confirm", "confirmed")),
        customer="guest", subject="booking", kinds=("leisure", "business", "group", "crew"),
    ),
    Industry(
        companies=("clipstream", "dailywire", "soundpost", "vistaplay"),
        things=(
            "abuse", "albums", "artists", "articles", "bitrates", "captions", "channels", "chapters", "charts", "clips",
            "comments", "copyright", "creators", "digests", "editions", "episodes", "feeds", "follows", "genres", "headlines",
            "history", "licences", "likes", "live", "lyrics", "moderation", "newsletters", "paywall", "players", "playlists",
            "podcasts", "posters", "royalties", "sessions", "shelves", "stories", "subtitles", "transcoding",
        ),
        stores=("media", "graph", "editorial", "audience", "rights", "metrics-store"),
        verbs=(*_VERBS, ("publish", "published"), ("play", "played")),
        customer="viewer", subject="item", kinds=("video", "audio", "text", "live"),
    ),
    Industry(
        companies=("civica", "townhall-online", "registria", "eborough"),
        things=(
            "addresses", "appeals", "applications", "archives", "bins", "births", "budgets", "buildings", "cadastre", "cases",
            "citizens", "councils", "decisions", "documents", "elections", "fees", "fines", "forms", "grants", "hearings",
            "housing", "identities", "inspections", "licensing", "notices", "parking", "parks", "payroll", "permits",
            "petitions", "planning", "queues", "registers", "schools", "signatures", "streets", "taxes", "translations",
        ),
        stores=("register", "casework", "land", "population", "finance", "document-store"),
        verbs=(*_VERBS, ("grant", "granted"), ("sign", "signed")),
        customer="resident", subject="case", kinds=("online", "counter", "post", "phone"),
    ),
)  # fmt: skip
GATEWAYS = ("edge", "gateway", "front-door", "ingress-proxy", "portal", "public-api")
LOADS = ("traffic-robots", "shadow-users", "journey-runner", "synthetic-clients")
FLAG_STORES = ("toggles", "feature-switches", "rollout-control", "release-toggles")
BROKERS = ("events", "stream", "bus", "messages")
RELAYS = ("telemetry-relay", "otlp-gateway", "signals", "observability-agent")
WORKERS = (
    "projector",
    "indexer",
    "notifier",
    "archiver",
    "reconciler",
    "aggregator",
    "exporter",
    "scorer",
    "enricher",
)
TASKS = ("cleanup", "report", "sync", "reindex", "rollup", "expire", "digest", "snapshot")
TOGGLES = (
    "new-planner", "bulk-mode", "strict-validation", "async-writes", "compact-payloads", "prefetch", "shadow-reads",
    "extended-search", "dual-write", "fast-path", "rich-responses", "second-opinion", "region-routing", "legacy-ids",
)  # fmt: skip
TEAMS = ("core", "growth", "platform", "payments-integration", "operations", "data", "experience")
