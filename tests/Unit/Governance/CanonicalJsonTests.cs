using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Governance.Canonical;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>Vectors of RFC 8785: section 3.2 and appendix B.</summary>
public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("0000000000000000", "0")]
    [InlineData("8000000000000000", "0")]
    [InlineData("0000000000000001", "5e-324")]
    [InlineData("8000000000000001", "-5e-324")]
    [InlineData("7fefffffffffffff", "1.7976931348623157e+308")]
    [InlineData("4340000000000000", "9007199254740992")]
    [InlineData("c340000000000000", "-9007199254740992")]
    [InlineData("4430000000000000", "295147905179352830000")]
    [InlineData("44b52d02c7e14af5", "9.999999999999997e+22")]
    [InlineData("44b52d02c7e14af6", "1e+23")]
    [InlineData("44b52d02c7e14af7", "1.0000000000000001e+23")]
    [InlineData("444b1ae4d6e2ef4e", "999999999999999700000")]
    [InlineData("444b1ae4d6e2ef4f", "999999999999999900000")]
    [InlineData("444b1ae4d6e2ef50", "1e+21")]
    [InlineData("3eb0c6f7a0b5ed8c", "9.999999999999997e-7")]
    [InlineData("3eb0c6f7a0b5ed8d", "0.000001")]
    [InlineData("41b3de4355555553", "333333333.3333332")]
    [InlineData("41b3de4355555554", "333333333.33333325")]
    [InlineData("41b3de4355555555", "333333333.3333333")]
    [InlineData("becbf647612f3696", "-0.0000033333333333333333")]
    [InlineData("43143ff3c1cb0959", "1424953923781206.2")]
    public void Write_Double_IsTheShortestEcmaScriptText(string bits, string expected)
    {
        var value = BitConverter.UInt64BitsToDouble(ulong.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

        CanonicalJson.Write(JsonValue.Create(value)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{ "b": [1, true, null], "a": {} }""", """{"a":{},"b":[1,true,null]}""")]
    [InlineData("""[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]""", """[333333333.3333333,1e+30,4.5,0.002,1e-27]""")]
    [InlineData("""["\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"]""", """["€$\u000f\nA'B\"\\\\\"/"]""")]
    [InlineData("""[1.0, 12000, -0, 1e2]""", """[1,12000,0,100]""")]
    public void Write_Document_IsCanonical(string json, string expected) => CanonicalJson.Write(JsonNode.Parse(json)).ShouldBe(expected);

    [Fact]
    public void Write_Members_AreInUtf16Order()
    {
        var json = JsonNode.Parse("""{"\u20ac":5,"\r":1,"\ufb33":7,"1":2,"\ud83d\ude00":6,"\u0080":3,"\u00f6":4}""")!;

        CanonicalJson.Write(json).ShouldBe("{\"\\r\":1,\"1\":2,\"\u0080\":3,\"ö\":4,\"€\":5,\"😀\":6,\"\ufb33\":7}");
    }

    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("\"\\ud800\"")]
    [InlineData("1e999")]
    [InlineData("""{ "a": 1, "a": 2 }""")]
    public void Write_WhatWouldLoseSomething_IsRefused(string json) =>
        Should.Throw<ArgumentException>(() => CanonicalJson.Write(JsonNode.Parse(json)));

    [Theory]
    [InlineData("a\u202Eb\u200Bc\u0007d", 10, "abcd")]
    [InlineData("one\r\ntwo", 20, "one  two")]
    [InlineData("abc😀", 4, "abc")]
    [InlineData(null, 5, "")]
    public void Clean_UntrustedText_KeepsOnlyWhatShows(string? text, int limit, string expected) => PlainText.Clean(text, limit).ShouldBe(expected);
}
