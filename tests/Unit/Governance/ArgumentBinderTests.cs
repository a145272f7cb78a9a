using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Arguments;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Unit.Governance.Fakes;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

public sealed class ArgumentBinderTests
{
    public sealed record Line(int Quantity, decimal Rate);

    public sealed record Everything(
        [Handle(ObjectKind.Charge)] ObjectRef Charge,
        Money Amount,
        CreditReason Reason,
        long Count,
        bool Now,
        DateOnly On,
        DateTimeOffset At,
        IReadOnlyList<Line> Lines,
        [Handle(ObjectKind.InvoiceLine)] List<ObjectRef>? Items = null,
        string? Memo = null,
        int Retries = 3);

    public sealed record Vague(ObjectRef Thing);

    public sealed record Imprecise(double Amount);

    private const string Full = """
        { "charge": "ch_1", "amount": "120.00 USD", "reason": "ORDER_CHANGE", "count": "7", "now": "true", "on": "2026-01-31",
          "at": "2026-01-31T10:00:00+02:00", "lines": [{ "quantity": 2, "rate": "1.50" }], "items": ["il_1", "il_2"], "memo": 42 }
        """;

    [Fact]
    public void Bind_LenientForms_BecomeOneCanonicalForm() =>
        CanonicalJson.Write(ArgumentCodec.WriteExactly(Bound<Everything>(Full))).ShouldBe(
            """{"amount":{"amount":12000,"currency":"usd"},"at":"2026-01-31T08:00:00Z","charge":"ch_1","count":7,"items":["il_1","il_2"],"lines":[{"quantity":2,"rate":"1.5"}],"memo":"42","now":true,"on":"2026-01-31","reason":"order_change","retries":3}""");

    [Fact]
    public void Read_CanonicalForm_GivesTheSameRecord()
    {
        var bound = Bound<Everything>(Full);

        var read = (Everything)ArgumentCodec.Read(typeof(Everything), JsonNode.Parse(CanonicalJson.Write(ArgumentCodec.Write(bound)))!.AsObject());

        (read with { Lines = bound.Lines, Items = bound.Items }).ShouldBe(bound);
        read.Lines.ShouldBe(bound.Lines);
        read.Items.ShouldBe([new ObjectRef(ObjectKind.InvoiceLine, "il_1"), new ObjectRef(ObjectKind.InvoiceLine, "il_2")]);
        read.Charge.Kind.ShouldBe(ObjectKind.Charge);
    }

    [Theory]
    [InlineData("""{ "invoice": "in_1" }""", "missing_argument", "'amount' is missing")]
    [InlineData("""{ "invoice": "in_1", "amount": "1 USD", "customer": "cus_1" }""", "unknown_argument", "'customer'")]
    [InlineData("""{ "invoice": "ch_1", "amount": "1 USD" }""", "invalid_argument", "'invoice' is 'ch_1'")]
    [InlineData("""{ "invoice": "in 1", "amount": "1 USD" }""", "invalid_argument", "'invoice'")]
    [InlineData("""{ "invoice": { "id": "in_1" }, "amount": "1 USD" }""", "invalid_argument", "'invoice'")]
    [InlineData("""{ "invoice": "in_1", "amount": 120 }""", "invalid_argument", "no currency")]
    [InlineData("""{ "invoice": "in_1", "amount": "1.005 USD" }""", "invalid_argument", "more decimals")]
    [InlineData("""{ "invoice": "in_1", "amount": "120.00 USD", "reason": "kindness" }""", "invalid_argument", "order_change, product_unsatisfactory")]
    [InlineData("""{ "invoice": "in_1", "amount": "120.00 USD", "pinned_date": "31.1.2026" }""", "invalid_argument", "'pinned_date'")]
    [InlineData("""{ "invoice": "in_1", "invoice": "in_2", "amount": "1 USD" }""", "invalid_argument", "can't be read")]
    [InlineData("""{ "invoice": "in_1", "amount": "1 USD", "memo": "\ud800" }""", "invalid_argument", "can't be read")]
    [InlineData("""{ "invoice": null, "amount": "99999999999999999 USD" }""", "missing_argument", "'invoice' is missing")]
    public void Bind_Fault_NamesFieldAndRemedy(string json, string code, string says)
    {
        var refusal = Refusal<CreditArguments>(json);

        refusal.Code.ShouldBe(code);
        refusal.ToString().ShouldContain(says);
        refusal.Remedy.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void Bind_SeveralFaults_NamesAllAtOnce() =>
        Refusal<CreditArguments>("""{ "amout": "1 USD", "reason": 5 }""").Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain("'amout'"), m => m.ShouldContain("'invoice' is missing"), m => m.ShouldContain("'amount' is missing"), m => m.ShouldContain("'reason' is '5'"));

    [Theory]
    [InlineData(typeof(Vague), "Vague.Thing")]
    [InlineData(typeof(Imprecise), "Imprecise.Amount")]
    public void ShapeOf_WhatCantBeCarried_IsRefused(Type type, string names) =>
        Should.Throw<NotSupportedException>(() => ArgumentShape.Of(type)).Message.ShouldContain(names);

    [Fact]
    public void SchemaFor_Operation_SpeaksOfHandlesAndDecimalText() =>
        OperationSchema.For(CreditInvoice.Descriptor).ToJsonString().ShouldBe(
            """{"type":"object","properties":{"invoice":{"type":"string","description":"The invoice to credit. Handle, such as inv1."},"amount":{"type":"string","description":"How much. Such as \u0022120.00 USD\u0022."},"reason":{"type":"string","enum":["order_change","product_unsatisfactory"]},"memo":{"type":"string"},"pinned_date":{"type":"string","format":"date"}},"required":["invoice","amount"],"additionalProperties":false}""");

    [Fact]
    public void SchemaFor_WhatCodeSets_IsNotOffered() =>
        OperationSchema.For(new OperationDescriptor("end", "Ends.", typeof(Pinned), Risk.Money)).ToJsonString().ShouldBe(
            """{"type":"object","properties":{"invoice":{"type":"string","description":"Handle, such as inv1."}},"required":["invoice"],"additionalProperties":false}""");

    [Fact]
    public void ShapeOf_RequiredAndSetByCode_IsRefused() =>
        Should.Throw<NotSupportedException>(() => ArgumentShape.Of(typeof(Unaskable))).Message.ShouldContain("Unaskable.At");

    /// <summary>The moment that code pins makes no other wish of it; what an undoing takes back does.</summary>
    [Fact]
    public void Timeless_LeavesOutTheMomentAndNothingElse()
    {
        var arguments = JsonNode.Parse("""{"at":"2026-03-01T09:00:00Z","invoice":"in_1","schedule":"sub_sched_1"}""")!.AsObject();

        ArgumentShape.Of(typeof(Undoing)).Timeless(arguments).ToJsonString().ShouldBe("""{"invoice":"in_1","schedule":"sub_sched_1"}""");
    }

    private sealed record Undoing(
        [property: Handle(ObjectKind.Invoice)] ObjectRef Invoice, [property: SetByCode] string? Schedule = null, [property: SetByCode(IsMoment = true)] DateTimeOffset? At = null);

    private sealed record Pinned([property: Handle(ObjectKind.Invoice)] ObjectRef Invoice, [property: SetByCode] DateTimeOffset? At = null);

    private sealed record Unaskable([property: SetByCode] DateTimeOffset At);

    private static T Bound<T>(string json) => (T)ArgumentBinder.Bind(typeof(T), JsonNode.Parse(json)!.AsObject()).ShouldBeOfType<Outcome<object>.Ok>().Value;

    private static Refusal Refusal<T>(string json) =>
        ArgumentBinder.Bind(typeof(T), JsonNode.Parse(json)!.AsObject()).ShouldBeOfType<Outcome<object>.Refused>().Refusal;
}
