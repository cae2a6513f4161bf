"""Secrets are taken out of texts, whatever their order and spelling; all else stays."""

import pytest

from contactor.central.secrets_mask import mask

SECRET = "5ec2e7-value"


@pytest.mark.parametrize(
    "text",
    [
        '{"key":"AuthorizationKey","value":"%s"}',
        '{"value":"%s","key":"authorizationkey"}',
        '{"key": "AUTHORIZATIONKEY", "readonly": false, "value": "%s"}',
        '{"value":"%s","readonly":false,"key":"AuthorizationKey"}',
        '[2,"1","ChangeConfiguration",{"key":"WifiPassword","value":"%s"}]',
        '{"location":"ftp://bob:%s@host/x"}',
        '{"location":"ftp:\\/\\/bob:%s@host\\/x"}',
        "postgresql://u:%s@host/db",
    ],
)
def test_promise_5_no_secret_is_left(text: str) -> None:
    masked = mask(text % SECRET)
    assert SECRET not in masked
    assert masked == text % "***"


@pytest.mark.parametrize(
    "text",
    ['{"key":"HeartbeatInterval","value":"60"}', '{"location":"http://host/x@y"}', '{"idTag":"a@b"}', "{}"],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


def test_a_secret_with_escaped_quotes_is_masked_whole() -> None:
    assert mask(r'{"key":"AuthorizationKey","value":"a\"b"}') == '{"key":"AuthorizationKey","value":"***"}'
