"""The dialects: what each module series speaks, one value a file."""

from collections.abc import Mapping

from simcom_async.at.dialect import Dialect
from simcom_async.dialects.general import GENERAL
from simcom_async.dialects.sim800 import SIM800
from simcom_async.dialects.sim900 import SIM900
from simcom_async.dialects.sim7000 import SIM7000
from simcom_async.dialects.sim7100 import SIM7100

__all__ = ["DIALECTS", "GENERAL", "SIM800", "SIM900", "SIM7000", "SIM7100"]

#: Every dialect by its name; ``general`` applies before the module is identified.
DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (GENERAL, SIM800, SIM900, SIM7000, SIM7100)}
