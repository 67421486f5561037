"""Usage × rate card → bill, in Decimal and exact; rounding is for whoever shows it."""

from sim.bill.cards import FixedCost, PriceChange, Prices, RateCard, StationCost, Tariff, UsageCost
from sim.bill.catalogue import catalogue_card, catalogue_prices, price_context
from sim.bill.invoice import Consumption, busy_line, invoice, lines_on
from sim.bill.lines import Basis, Bill, Line, TokenKind, Worth
from sim.bill.money import total
from sim.bill.reserved import ReservedCost

__all__ = [
    "Basis",
    "Bill",
    "Consumption",
    "FixedCost",
    "Line",
    "PriceChange",
    "Prices",
    "RateCard",
    "ReservedCost",
    "StationCost",
    "Tariff",
    "TokenKind",
    "UsageCost",
    "Worth",
    "busy_line",
    "catalogue_card",
    "catalogue_prices",
    "invoice",
    "lines_on",
    "price_context",
    "total",
]
