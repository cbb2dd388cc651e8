from simcom_async.at.command import Service
from simcom_async.link.condition import Condition, LinkChanged, ServiceSettled, ServiceUnsettled


def test_commands_are_taken_while_the_port_is_there():
    assert {condition for condition in Condition if condition.open} == {
        Condition.READY,
        Condition.DRAINING,
        Condition.OUT_OF_STEP,
    }


def test_the_events_say_what_happened():
    assert repr(LinkChanged(Condition.LOST, "unplugged")) == "LinkChanged(LOST, unplugged)"
    assert repr(ServiceSettled(Service.HTTP, "AT+HTTPACTION=0")) == "ServiceSettled(http, AT+HTTPACTION=0)"
    assert repr(ServiceUnsettled(Service.SMTP, "AT+SMTPSEND")) == "ServiceUnsettled(smtp, AT+SMTPSEND)"
    assert not LinkChanged(Condition.DRAINING, "cancelled").silent
