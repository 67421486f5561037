"""The made-up summary of these tests has the shape of the true one."""

import jsonschema
from report import fake

from sim.summary import SCHEMA


def test_the_made_up_summary_is_valid():
    jsonschema.validate(fake.summary(), SCHEMA)
