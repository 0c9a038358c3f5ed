"""Users of the demo: the printed logins, and the staff and dealers' people around them."""

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from core.access.models import Role
from core.people.models import User
from crm.territories.models import StaffScope

from .foundations import BEGAN_DAYS
from .logins import PASSWORD, SHANGHAI, TAIPEI, Login, demo_logins
from .world import World

# territory, e-mail name, display name, language, time zone: one sales rep a region (the east has a login)
REPS = (
    ("cn-north", "rep.north", "Sales rep (North China)", "zh-hans", SHANGHAI),
    ("cn-northeast", "rep.northeast", "Sales rep (Northeast China)", "zh-hans", SHANGHAI),
    ("cn-central", "rep.central", "Sales rep (Central China)", "zh-hans", SHANGHAI),
    ("cn-south", "rep.south", "Sales rep (South China)", "zh-hans", SHANGHAI),
    ("cn-southwest", "rep.southwest", "Sales rep (Southwest China)", "zh-hans", SHANGHAI),
    ("cn-northwest", "rep.northwest", "Sales rep (Northwest China)", "zh-hans", SHANGHAI),
    ("tw", "rep.taiwan", "廠家銷售（台灣）", "zh-hant", TAIPEI),
    ("eu", "rep.europe", "Sales rep (Europe)", "en", "Europe/Berlin"),
)
CHANNEL = (
    ("cn-north", "channel.north", "Channel manager (North China)"),
    ("cn-northeast", "channel.northeast", "Channel manager (Northeast China)"),
    ("cn-central", "channel.central", "Channel manager (Central China)"),
    ("cn-south", "channel.south", "Channel manager (South China)"),
    ("cn-southwest", "channel.southwest", "Channel manager (Southwest China)"),
    ("cn-northwest", "channel.northwest", "Channel manager (Northwest China)"),
)


class People:
    """Makes users with the demo's password, hashed once: hashing takes longer than all the rest."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.password = make_password(PASSWORD)
        self.roles = {role.code: role for role in Role.objects.all()}

    def user(
        self, email: str, name: str, *, language: str, time_zone: str, is_staff: bool = False, since=None
    ) -> User:
        """Return an unsaved user."""
        return User(
            ref=self.world.reference(),
            email=email,
            full_name=name,
            language=language,
            time_zone=time_zone,
            is_staff=is_staff,
            password=self.password,
            date_joined=since or self.world.ago(BEGAN_DAYS),
        )

    def load_staff(self) -> None:
        """Save the manufacturer's staff with their scopes; ``world.reps`` and ``world.users`` find them."""
        world = self.world
        staff = [login for login in demo_logins() if not login.organisation]
        users = [
            self.user(
                login.email, login.name, language=login.language, time_zone=login.time_zone, is_staff=True
            )
            for login in staff
        ]
        scopes = [(user, *scope) for user, login in zip(users, staff, strict=True) for scope in login.scopes]
        world.users |= {login.key: user for login, user in zip(staff, users, strict=True)}
        world.reps["cn-east"] = world.users["sales_rep"]
        for territory, mailbox, name, language, zone in REPS:
            rep = self.user(
                f"{mailbox}@meridian.example", name, language=language, time_zone=zone, is_staff=True
            )
            users.append(rep)
            scopes.append((rep, "sales_rep", territory, ()))
            world.reps[territory] = rep
        for territory, mailbox, name in CHANNEL:
            manager = self.user(
                f"{mailbox}@meridian.example", name, language="zh-hans", time_zone=SHANGHAI, is_staff=True
            )
            users.append(manager)
            scopes.append((manager, "channel_manager", territory, ()))
            world.users[f"channel {territory}"] = manager
        world.save(User, users)
        rows = world.save(
            StaffScope,
            (
                StaffScope(
                    user=user, role=self.roles[role], territory=world.geography.territories.get(territory)
                )
                for user, role, territory, _families in scopes
            ),
        )
        through = StaffScope.lines.through
        world.save(
            through,
            (
                through(staffscope=row, productline=line)
                for row, (_user, _role, _territory, families) in zip(rows, scopes, strict=True)
                if families
                for line in world.catalogue.of_families(*families)
            ),
        )

    def load_addresses(self) -> None:
        """Save every user's address as confirmed, as the sign-in keeps it."""
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, verified=True, primary=True)
            for user in User.objects.order_by("pk")
        )

    def dealers(self, organisation: str) -> list[Login]:
        """Return the printed logins of one partner of the cast."""
        return [login for login in demo_logins() if login.organisation == organisation]


def reviewer_for(world: World, territory: str) -> User:
    """Return the channel manager who decides in a territory."""
    path = world.geography.territories[territory].path
    of_region = {
        "cn-east": world.users["channel_manager"],
        "tw": world.users["channel_manager_taiwan"],
        "eu": world.users["channel_manager_europe"],
    }
    for code, user in of_region.items():
        if path.startswith(world.geography.territories[code].path):
            return user
    region = next(code for code, *_ in CHANNEL if path.startswith(world.geography.territories[code].path))
    return world.users[f"channel {region}"]
