"""The conscience of a storm: one file for each thing that must always be so."""

from contactor.storm.checkers.agreement import Agreement
from contactor.storm.checkers.answers import AnswersHold
from contactor.storm.checkers.authorization import EnergyIsAuthorised
from contactor.storm.checkers.bounds import Bounds
from contactor.storm.checkers.checker import Checker
from contactor.storm.checkers.commands import CommandsEnd
from contactor.storm.checkers.configuration import ConfigurationSurvives
from contactor.storm.checkers.delivery import DeliveredInOrder
from contactor.storm.checkers.energy import EnergyIsMeasured
from contactor.storm.checkers.local_lists import ListsAsDesired
from contactor.storm.checkers.message_ids import MessageIdsAreUnique
from contactor.storm.checkers.meters import MetersNeverRunBack
from contactor.storm.checkers.phantoms import NothingFromNowhere
from contactor.storm.checkers.power import PowerWithinLimits
from contactor.storm.checkers.reservations import ReservationsHonoured
from contactor.storm.checkers.secrets import SecretsStaySecret
from contactor.storm.checkers.sites import SitesWithinLimits
from contactor.storm.checkers.software import SoftwareNeverFails
from contactor.storm.checkers.statuses import StatusesAreLegal
from contactor.storm.checkers.transactions import TransactionsAreKept

CHECKERS: tuple[type[Checker], ...] = (
    TransactionsAreKept,
    EnergyIsMeasured,
    NothingFromNowhere,
    AnswersHold,
    DeliveredInOrder,
    EnergyIsAuthorised,
    MetersNeverRunBack,
    PowerWithinLimits,
    SitesWithinLimits,
    StatusesAreLegal,
    MessageIdsAreUnique,
    ReservationsHonoured,
    ListsAsDesired,
    CommandsEnd,
    ConfigurationSurvives,
    SecretsStaySecret,
    Bounds,
    SoftwareNeverFails,
    Agreement,
)
