using BillingCopilot.Billing;
using BillingCopilot.Billing.Invoices;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class InvoiceComparisonTests
{
    private static readonly DateTimeOffset Start = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Compare_MoreSeats_IsOneQuantityChange() =>
        Changes(Invoice(Seats(5, 1000)), Invoice(Seats(8, 1000))).ShouldBe([(InvoiceChangeKind.QuantityChanged, 3000)]);

    [Fact]
    public void Compare_DearerUnit_IsOnePriceChange() =>
        Changes(Invoice(Seats(5, 1000)), Invoice(Seats(5, 1200))).ShouldBe([(InvoiceChangeKind.UnitPriceChanged, 1000)]);

    [Fact]
    public void Compare_SeatsAndUnit_SplitsThem() =>
        Changes(Invoice(Seats(5, 1000)), Invoice(Seats(8, 1200)))
            .ShouldBe([(InvoiceChangeKind.QuantityChanged, 3000), (InvoiceChangeKind.UnitPriceChanged, 1600)]);

    [Fact]
    public void Compare_OtherProductOnTheItem_IsAPlanChange() =>
        Changes(Invoice(Seats(1, 4900)), Invoice(Seats(1, 9900) with { PriceId = "price_scale", ProductId = "prod_scale" }))
            .ShouldBe([(InvoiceChangeKind.PlanChanged, 5000)]);

    [Fact]
    public void Compare_OtherPriceOfOneProduct_IsAPriceChange() =>
        Changes(Invoice(Seats(1, 7900)), Invoice(Seats(1, 8900) with { PriceId = "price_new" }))
            .ShouldBe([(InvoiceChangeKind.UnitPriceChanged, 1000)]);

    [Fact]
    public void Compare_MeteredQuantity_IsUsage() =>
        Changes(Invoice(Seats(100, 2) with { Metered = true }), Invoice(Seats(350, 2) with { Metered = true }))
            .ShouldBe([(InvoiceChangeKind.UsageChanged, 500)]);

    [Fact]
    public void Compare_TieredUsage_IsComparedAsOneLine()
    {
        var first = Seats(1000, 5) with { Metered = true, Id = "il_a" };
        var second = Seats(500, 3) with { Metered = true, Id = "il_b" };
        Changes(Invoice(first), Invoice(first, second)).ShouldBe([(InvoiceChangeKind.UsageChanged, 1500)]);
    }

    [Fact]
    public void Compare_NewAndRemovedLines_AreNamed() =>
        Changes(Invoice(Seats(1, 1000), OneOff("Setup", 5000)), Invoice(Seats(1, 1000), OneOff("Training", 700)))
            .ShouldBe([(InvoiceChangeKind.RemovedLine, -5000), (InvoiceChangeKind.NewLine, 700)]);

    [Fact]
    public void Compare_Prorations_AreTheirOwnChangesWithDays()
    {
        var credit = Seats(1, 0) with { Id = "il_c", Amount = -1600, Proration = true, PeriodStart = Start.AddDays(14), PeriodEnd = Start.AddDays(30) };
        var comparison = Compare(Invoice(Seats(1, 4900)), Invoice(Seats(1, 4900), credit));
        comparison.Changes.Single().Kind.ShouldBe(InvoiceChangeKind.ProrationCredit);
        comparison.Changes.Single().After.ShouldNotBeNull().Days.ShouldBe(16);
        Changes(Invoice(Seats(1, 4900), credit), Invoice(Seats(1, 4900))).ShouldBe([(InvoiceChangeKind.ProrationNotRepeated, 1600)]);
    }

    [Fact]
    public void Compare_EndedDiscount_MakesItDearer()
    {
        var before = Invoice(Seats(1, 10000)) with { Discounts = [new("WELCOME", "Welcome 20%", 2000)], Total = 8000, AmountDue = 8000 };
        Changes(before, Invoice(Seats(1, 10000))).ShouldBe([(InvoiceChangeKind.DiscountEnded, 2000)]);
        Changes(Invoice(Seats(1, 10000)), before).ShouldBe([(InvoiceChangeKind.DiscountStarted, -2000)]);
    }

    [Fact]
    public void Accounted_SaysWhetherEveryPartHasAReason()
    {
        var before = Invoice(Seats(1, 10000));
        Compare(before, Invoice(Seats(2, 10000))).Accounted.ShouldStartWith("All of the increase is accounted for");
        Compare(before, before).Accounted.ShouldBe("All of the difference is accounted for, as listed.");
        Compare(before, Invoice(Seats(2, 10000)) with { Total = 20100 }).Accounted.ShouldStartWith("$1.00 of the difference stands on no line");
    }

    [Fact]
    public void Compare_Tax_IsAChange() =>
        Changes(Invoice(Seats(1, 10000)), Invoice(Seats(1, 10000)) with { Tax = 1900, Total = 11900, AmountDue = 11900 })
            .ShouldBe([(InvoiceChangeKind.TaxChanged, 1900)]);

    [Fact]
    public void Compare_BalanceApplied_ChangesTheDueOnly()
    {
        var comparison = Compare(Invoice(Seats(1, 10000)), Invoice(Seats(1, 10000)) with { BalanceApplied = -2500, AmountDue = 7500 });
        comparison.Changes.ShouldBeEmpty();
        comparison.DueChanges.Single().ShouldBe(new InvoiceChange(InvoiceChangeKind.BalanceApplied, new Money(-2500, "usd"), "Customer balance"));
    }

    [Fact]
    public void Compare_OtherCurrency_IsRefused() =>
        InvoiceComparison.Compare(Invoice(Seats(1, 1)), Invoice(Seats(1, 1)) with { Currency = "eur" })
            .ShouldBeOfType<Outcome<InvoiceComparison>.Refused>().Refusal.Code.ShouldBe("currency_mismatch");

    [Property(MaxTest = 500)]
    public Property Compare_AnyTwoInvoices_AddsUpExactly() => Prop.ForAll(AnyInvoice().ToArbitrary(), AnyInvoice().ToArbitrary(), (a, b) =>
    {
        var comparison = Compare(a, b);
        comparison.Changes.Sum(c => c.Amount.AmountMinor).ShouldBe(b.Total - a.Total);
        comparison.DueChanges.Sum(c => c.Amount.AmountMinor).ShouldBe(b.AmountDue - a.AmountDue - (b.Total - a.Total));
    });

    /// <summary>Invoices whose parts need not even agree with their total.</summary>
    private static Gen<InvoiceFacts> AnyInvoice() =>
        from lines in AnyLine().ListOf()
        from discounts in Gen.Choose(0, 5000).ListOf()
        from tax in Gen.Choose(-100, 9000)
        from slack in Gen.Choose(-2, 2)
        from due in Gen.Choose(0, 100000)
        from balance in Gen.Choose(-5000, 5000)
        select new InvoiceFacts(
            "in_1", null, "usd", lines.Sum(l => l.Amount) - discounts.Sum() + tax + slack, due, tax, balance, 0, [.. lines],
            [.. discounts.Select((d, i) => new DiscountFacts($"c{i % 3}", "d", d))]);

    private static Gen<InvoiceLineFacts> AnyLine() =>
        from quantity in Gen.Choose(0, 50)
        from unit in Gen.Choose(0, 30000)
        from price in Gen.Elements(null, "price_a", "price_b")
        from item in Gen.Elements(null, "si_a", "si_b", "si_c")
        from flags in Gen.Choose(0, 15)
        from slack in Gen.Choose(-1, 1)
        select Seats(quantity, unit / 10m) with
        {
            Amount = ((long)(quantity * unit / 10m) + slack) * ((flags & 4) != 0 && (flags & 1) != 0 ? -1 : 1),
            UnitAmount = (flags & 8) != 0 ? null : unit / 10m,
            PriceId = price,
            ProductId = price is null ? null : "prod",
            SubscriptionItemId = item,
            Proration = (flags & 1) != 0,
            Metered = (flags & 2) != 0,
        };

    private static InvoiceComparison Compare(InvoiceFacts a, InvoiceFacts b) =>
        InvoiceComparison.Compare(a, b).ShouldBeOfType<Outcome<InvoiceComparison>.Ok>().Value;

    private static List<(InvoiceChangeKind Kind, long Amount)> Changes(InvoiceFacts a, InvoiceFacts b) =>
        [.. Compare(a, b).Changes.Select(c => (c.Kind, c.Amount.AmountMinor))];

    private static InvoiceFacts Invoice(params InvoiceLineFacts[] lines)
    {
        var total = lines.Sum(l => l.Amount);
        return new InvoiceFacts("in_1", "LUM-0001", "usd", total, total, 0, 0, 0, lines, []);
    }

    private static InvoiceLineFacts Seats(decimal quantity, decimal unit) =>
        new("il_1", "5 × Seats", "Seats", (long)(quantity * unit), quantity, unit, "price_team", "prod_team", "si_1", false, false, Start, Start.AddDays(30));

    private static InvoiceLineFacts OneOff(string text, long amount) =>
        new("il_" + text, text, text, amount, 1, amount, null, null, null, false, false, Start, Start);
}
