"""Who the module is: ATI, +CGMI and their kin (ITU-T V.250 6.1, 3GPP TS 27.007 5, SIM800 AT manual V1.12)."""

from typing import Annotated

from simcom_async.at.command import Command, Form, Syntax
from simcom_async.at.fields import Range, Rest, Text
from simcom_async.at.message import Line, Reply, Spacing, Times

__all__ = [
    "Capabilities",
    "CapabilityList",
    "GsmManufacturer",
    "GsmModel",
    "GsmRevision",
    "GsmSerialNumber",
    "Identify",
    "InformationText",
    "ManufacturerIdentification",
    "ModelIdentification",
    "ProductInformation",
    "Revision",
    "RevisionIdentification",
    "SerialNumber",
    "SerialNumberIdentification",
]


class InformationText(Reply):
    """A line of free text about the product (ITU-T V.250 6.1)."""

    wire = Line("", times=Times.MANY, ref="V.250 6.1.3")
    text: Annotated[str, Text(quoted=False, pattern=r"[^+*^\r\n][^\r\n]*")]


class Revision(Reply):
    """The software revision; the SIM7100 has its command in front instead of the word (SIM800 AT manual 3.2.10)."""

    wire = Line(
        "Revision",
        aliases=("+CGMR",),
        spacing=Spacing(colon=":"),
        documented=Spacing(),
        ref="SIM800 AT manual 3.2.10",
    )
    revision: Annotated[str, Rest()]


class SerialNumber(Reply):
    """The IMEI, bare digits (SIM800 AT manual 2.2.38)."""

    wire = Line("", ref="SIM800 AT manual 2.2.38")
    imei: Annotated[str, Text(quoted=False, pattern=r"\d{14,17}")]


class Capabilities(Reply):
    """What the module can do, as a list (ITU-T V.250 6.1.9)."""

    wire = Line("+GCAP", ref="SIM800 AT manual 2.2.33")
    names: Annotated[str, Rest()]


class Identify(Command[tuple[InformationText, ...]]):
    """Show the product: one line on most series, several on the SIM7100 (SIM800 AT manual 2.2.9)."""

    wire = Syntax(
        name="I",
        form=Form.EXECUTE,
        basic=True,
        replies=(InformationText, Capabilities),
        repeatable=True,
        ref="SIM800 AT manual 2.2.9",
    )
    value: Annotated[int | None, Range(0, 9)] = None


class ProductInformation(Command[tuple[InformationText, ...]]):
    """Show manufacturer, model and revision, a line each (SIM800 AT manual 6.2.38)."""

    wire = Syntax(
        name="+GSV",
        form=Form.EXECUTE,
        replies=(InformationText,),
        repeatable=True,
        ref="SIM800 AT manual 6.2.38",
    )


class ManufacturerIdentification(Command[InformationText]):
    """Show the manufacturer (SIM800 AT manual 2.2.34)."""

    wire = Syntax(
        name="+GMI",
        form=Form.EXECUTE,
        tested="",
        replies=(InformationText,),
        repeatable=True,
        ref="SIM800 AT manual 2.2.34",
    )


class ModelIdentification(Command[InformationText]):
    """Show the model (SIM800 AT manual 2.2.35)."""

    wire = Syntax(
        name="+GMM",
        form=Form.EXECUTE,
        tested="",
        replies=(InformationText,),
        repeatable=True,
        ref="SIM800 AT manual 2.2.35",
    )


class RevisionIdentification(Command[Revision]):
    """Show the software revision (SIM800 AT manual 2.2.36)."""

    wire = Syntax(
        name="+GMR",
        form=Form.EXECUTE,
        tested="",
        replies=(Revision,),
        repeatable=True,
        ref="SIM800 AT manual 2.2.36",
    )


class SerialNumberIdentification(Command[SerialNumber]):
    """Show the IMEI (SIM800 AT manual 2.2.38)."""

    wire = Syntax(
        name="+GSN",
        form=Form.EXECUTE,
        tested="",
        replies=(SerialNumber,),
        repeatable=True,
        ref="SIM800 AT manual 2.2.38",
    )


class GsmManufacturer(Command[InformationText]):
    """Show the manufacturer (SIM800 AT manual 3.2.8)."""

    wire = Syntax(
        name="+CGMI",
        form=Form.EXECUTE,
        tested="",
        replies=(InformationText,),
        repeatable=True,
        ref="SIM800 AT manual 3.2.8",
    )


class GsmModel(Command[InformationText]):
    """Show the model (SIM800 AT manual 3.2.9)."""

    wire = Syntax(
        name="+CGMM",
        form=Form.EXECUTE,
        tested="",
        replies=(InformationText,),
        repeatable=True,
        ref="SIM800 AT manual 3.2.9",
    )


class GsmRevision(Command[Revision]):
    """Show the software revision (SIM800 AT manual 3.2.10)."""

    wire = Syntax(
        name="+CGMR",
        form=Form.EXECUTE,
        tested="",
        replies=(Revision,),
        repeatable=True,
        ref="SIM800 AT manual 3.2.10",
    )


class GsmSerialNumber(Command[SerialNumber]):
    """Show the IMEI (SIM800 AT manual 3.2.11)."""

    wire = Syntax(
        name="+CGSN",
        form=Form.EXECUTE,
        tested="",
        replies=(SerialNumber,),
        repeatable=True,
        ref="SIM800 AT manual 3.2.11",
    )


class CapabilityList(Command[Capabilities]):
    """Show what the module can do (SIM800 AT manual 2.2.33)."""

    wire = Syntax(
        name="+GCAP",
        form=Form.EXECUTE,
        replies=(Capabilities,),
        repeatable=True,
        ref="SIM800 AT manual 2.2.33",
    )
