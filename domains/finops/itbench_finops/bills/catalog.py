"""What providers sell: services with their categories, what one instance costs, and how many are used."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """A service, its FOCUS category and subcategory, and bounds for the price of an hour and for the number of instances."""

    name: str
    category: str
    subcategory: str
    lowest_price_e4usd: int
    highest_price_e4usd: int
    fewest: int
    most: int


PROVIDERS = ("AWS", "GCP", "Azure")
REGIONS = {
    "AWS": ("us-east-1", "eu-west-1", "ap-south-1"),
    "GCP": ("us-central1", "europe-west4"),
    "Azure": ("eastus", "westeurope"),
}
REGION_NAMES = {
    "us-east-1": "US East (N. Virginia)",
    "eu-west-1": "Europe (Ireland)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "us-central1": "Iowa",
    "europe-west4": "Netherlands",
    "eastus": "East US",
    "westeurope": "West Europe",
}
TRANSFER = Service("Data Transfer", "Networking", "Network Connectivity", 150, 400, 40, 90)
SERVICES = (
    Service("Virtual Machines", "Compute", "Virtual Machines", 800, 6000, 12, 60),
    Service("Managed Kubernetes", "Compute", "Containers", 900, 5000, 12, 50),
    Service("Relational Database", "Databases", "Relational Databases", 2500, 12000, 8, 24),
    Service("Cache", "Databases", "Caching", 700, 4000, 8, 30),
    Service("Batch", "Compute", "Other (Compute)", 600, 3000, 10, 50),
    Service("Machine Learning", "AI and Machine Learning", "Machine Learning", 9000, 30000, 6, 14),
)
SERVICE_BY_NAME = {service.name: service for service in (*SERVICES, TRANSFER)}
