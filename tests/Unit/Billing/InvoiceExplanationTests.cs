using BillingCopilot.Billing;
using BillingCopilot.Billing.Invoices;
using BillingCopilot.Billing.Invoices.Explaining;
using BillingCopilot.Billing.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class InvoiceExplanationTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PriceFacts Calls = new("price_api", null, "month", 1, true, [new(10_000, 0, 0), new(null, 0.4m, 0)]);

    [Fact]
    public void Overage_OfAFifth_IsSaidInPercentOfWhatIsIncluded()
    {
        var explained = Explain(800, Usage(12_000, 800, Calls));
        explained.Parts.Single().Kind.ShouldBe(PartKind.UsageOverage);
        Agent(explained).Single().ShouldContain("this invoice includes a 20 % overage charge for API calls");
        Agent(explained).Single().ShouldContain("12,000 used, 10,000 included, 2,000 beyond for $8.00 (2,000 × $0.004)");
        Customer(explained, "de").ShouldContain("Diese Rechnung enthält einen Mehrverbrauch von 20\u00a0% für API calls: Sie haben zwischen 1. März 2026 und 1. April 2026 12.000 verbraucht, 10.000 sind enthalten, die 2.000 darüber kosten 8,00\u00a0$");
        Customer(explained, "fr").ShouldContain("un dépassement de 20\u202f% pour API calls");
        Customer(explained, "es").ShouldContain("un exceso del 20\u00a0% de API calls");
        Customer(explained, "ja").ShouldContain("2026年3月1日から2026年4月1日までのご利用は12,000件");
    }

    [Fact]
    public void Usage_WithinWhatIsIncluded_CostsNothing() =>
        Agent(Explain(0, Usage(7_500, 0, Calls))).Single().ShouldContain("7,500 used of 10,000 included");

    [Fact]
    public void Usage_WithAMinimum_SaysIt() =>
        Agent(Explain(2_800, Usage(12_000, 2_800, Calls with { Tiers = [new(10_000, 0, 2_000), new(null, 0.4m, 0)] }))).Single().ShouldContain("beyond for $8.00 (10,000 × $0.00, 2,000 × $0.004), minimum $20.00");

    [Fact]
    public void Usage_NotAsThePriceGives_ClaimsNoOverage() =>
        Explain(900, Usage(12_000, 900, Calls)).Parts.Single().Usage.ShouldBeNull();

    [Fact]
    public void Proration_OfAnUpgrade_HasDaysAndBothPrices()
    {
        var at = Start.AddDays(19);
        var end = Start.AddMonths(1);
        var starter = Flat("starter", 2_900);
        var team = Flat("team", 9_900);
        var paid = Line("il_0", "Lumen Starter", 2_900, starter, Start, end);
        var credit = Line("il_1", "Lumen Starter", -1_123, starter, at, end) with { Proration = true, Credits = ["il_0"] };
        var charge = Line("il_2", "Lumen Team", 3_832, team, at, end) with { Proration = true };
        var explained = InvoiceExplanation.Of(Invoice(2_709, credit, charge), [Invoice(2_900, paid)]);
        Agent(explained).ShouldBe(
        [
            "-$11.23: proration, unused Lumen Starter given back: 12 of 31 days of $29.00, now Lumen Team at $99.00, from 20 March 2026",
            "$38.32: proration, rest of the period on Lumen Team: 12 of 31 days of $99.00, before Lumen Starter at $29.00, from 20 March 2026",
        ]);
        explained.Parts.ShouldAllBe(p => p.Proration!.Expected == p.Amount);
    }

    [Fact]
    public void Trial_IsFreeUntilItsEndAndSaysWhatFollows()
    {
        var explained = Explain(0, Line("il_1", "Lumen Team", 0, Flat("team", 9_900), Start, Start.AddDays(14)));
        Agent(explained).Single().ShouldBe("$0.00: Lumen Team, trial until 15 March 2026, then $99.00 per month");
        Customer(explained, "es").ShouldContain("gratis hasta el 15 de marzo de 2026");
    }

    [Fact]
    public void Discount_EndingBeforeTheNextInvoice_IsForTheLastTime()
    {
        var line = Line("il_1", "Lumen Team", 10_000, Flat("team", 10_000), Start, Start.AddMonths(1));
        var off = new DiscountFacts("WELCOME25", "Welcome", 2_500) { PercentOff = 25, Ends = Start.AddMonths(1) };
        Agent(InvoiceExplanation.Of(Invoice(7_500, line) with { Discounts = [off] }, [])).ShouldContain("-$25.00: discount “Welcome”, 25 %, for the last time: ends 1 April 2026");
        Agent(InvoiceExplanation.Of(Invoice(7_500, line) with { Discounts = [off with { Ends = Start.AddMonths(3) }] }, [])).ShouldContain("-$25.00: discount “Welcome”, 25 %, ends 1 June 2026");
    }

    [Fact]
    public void Tax_OnTopAddsAndContainedDoesNot()
    {
        var line = Line("il_1", "Lumen Team", 10_000, Flat("team", 10_000), Start, Start.AddMonths(1));
        Agent(InvoiceExplanation.Of(Invoice(11_900, line) with { Tax = 1_900, Taxes = [new("USt", 19, false, 1_900)] }, [])).ShouldContain("$19.00: USt, 19 %, on top");
        Agent(InvoiceExplanation.Of(Invoice(10_000, line) with { Taxes = [new("USt", 19, true, 1_597)] }, [])).ShouldContain("USt, 19 % is contained in the prices");
    }

    [Fact]
    public void Balance_UsedOwedOrCarried_IsToldApart()
    {
        var line = Line("il_1", "Lumen Team", 40, Flat("team", 40), Start, Start.AddMonths(1));
        var invoice = Invoice(40, line);
        Due(invoice with { AmountDue = 0, BalanceApplied = -40, StartingBalance = -40 }).ShouldBe(PartKind.BalanceUsed);
        Due(invoice with { AmountDue = 0, BalanceApplied = -40, EndingBalance = 40 }).ShouldBe(PartKind.CarriedForward);
        Due(invoice with { AmountDue = 90, BalanceApplied = 50, StartingBalance = 50 }).ShouldBe(PartKind.BalanceOwed);
        Due(invoice with { AmountDue = 10, Credited = 30 }).ShouldBe(PartKind.Credited);
    }

    [Fact]
    public void Total_ThatNoLineAccountsFor_IsSaid() =>
        Explain(1_500, Line("il_1", "Lumen Team", 1_000, Flat("team", 1_000), Start, Start.AddMonths(1))).Parts[^1].ShouldBe(new ExplainedPart(PartKind.NotItemised, new Money(500, "usd"), ""));

    [Fact]
    public void Minimum_AndFlatFees_AreSaidToTheCustomerInEveryLanguage()
    {
        var priced = Calls with { Tiers = [new(10_000, 0, 2_000), new(null, 0.4m, 500)] };
        var explained = Explain(3_300, Usage(12_000, 3_300, priced));
        Agent(explained).Single().ShouldContain("(10,000 × $0.00, 2,000 × $0.004 + $5.00), minimum $20.00");
        Customer(explained, "en").ShouldContain("; $20.00 is due besides, whatever is used; flat fees of $5.00 are part of it");
        foreach (var locale in Locale.All.Values)
        {
            Customer(explained, locale.Code).ShouldContain(locale.Money(new Money(2_000, "usd")), customMessage: locale.Code);
            Customer(explained, locale.Code).ShouldContain(locale.Money(new Money(500, "usd")), customMessage: locale.Code);
        }
    }

    [Fact]
    public void Discount_WithoutAnEnd_SaysSo()
    {
        var line = Line("il_1", "Lumen Team", 10_000, Flat("team", 10_000), Start, Start.AddMonths(1));
        var explained = InvoiceExplanation.Of(Invoice(9_000, line) with { Discounts = [new DiscountFacts("NONPROFIT10", "Nonprofit", 1_000) { PercentOff = 10, Forever = true }] }, []);
        Agent(explained).ShouldContain("-$10.00: discount “Nonprofit”, 10 %, without an end");
        Customer(explained, "en").ShouldContain("it has no end");
        Customer(explained, "de").ShouldContain("er gilt ohne Ende");
    }

    [Fact]
    public void Shipping_IsSaidOnlyWhereItIsKnown()
    {
        var line = Line("il_1", "Lumen Team", 1_000, Flat("team", 1_000), Start, Start.AddMonths(1));
        Customer(InvoiceExplanation.Of(Invoice(1_500, line) with { Shipping = 500 }, []), "en").ShouldContain("Shipping: $5.00");
        Customer(Explain(1_500, line), "en").ShouldContain("A difference that no line explains: $5.00");
    }

    [Fact]
    public void Total_BelowZero_IsKeptAsCredit()
    {
        var credit = Line("il_1", "Lumen Team", -1_000, Flat("team", 10_000), Start, Start.AddDays(3)) with { Proration = true };
        Due(Invoice(-1_000, credit) with { AmountDue = 0, BalanceApplied = 1_000, EndingBalance = -1_000 }).ShouldBe(PartKind.CreditStored);
    }

    [Fact]
    public void Currency_ThatChanged_IsSaidInsteadOfADifference()
    {
        var line = Line("il_1", "Lumen Team", 1_000, Flat("team", 1_000), Start, Start.AddMonths(1));
        var now = Invoice(1_000, line) with { Currency = "eur" };
        InvoiceComparison.Compare(Invoice(1_100, line), now).TryGet(out _, out var refusal).ShouldBeFalse();
        refusal!.Message.ShouldContain("was in USD ($11.00), LUM-0042 is in EUR (€10.00)");
        foreach (var locale in Locale.All.Values)
        {
            new InvoiceWords(locale, Day).Letter(InvoiceExplanation.Of(now, []), null, "LUM-0042", Start, new Money(1_100, "usd")).ShouldContain(locale.Money(new Money(1_100, "usd")));
        }
    }

    [Fact]
    public void Trial_ThatIsOver_IsTheChange()
    {
        var free = Line("il_1", "Lumen Team", 0, Flat("team", 9_900), Start, Start.AddDays(14));
        var billed = Line("il_2", "Lumen Team", 9_900, Flat("team", 9_900), Start.AddDays(14), Start.AddDays(45));
        InvoiceComparison.Compare(Invoice(0, free), Invoice(9_900, billed)).TryGet(out var comparison, out _).ShouldBeTrue();
        comparison!.Changes.Single().Kind.ShouldBe(InvoiceChangeKind.TrialEnded);
        new InvoiceWords(Locale.English, Day).Changes(comparison)[1].ShouldBe("- +$99.00: the trial of Lumen Team is over, from 15 March 2026");
    }

    /// <summary>Every pricing model: each, graduated, by volume, in packages, with flat amounts, metered or not, in four currencies.</summary>
    [Property(MaxTest = 400)]
    public Property Parts_OfAnyPricing_AddUpToTheTotal() => Prop.ForAll(AnyInvoice().ToArbitrary(), invoice =>
    {
        var explained = InvoiceExplanation.Of(invoice, []);
        explained.Parts.Sum(p => p.Amount.AmountMinor).ShouldBe(invoice.Total);
        explained.DueParts.Sum(p => p.Amount.AmountMinor).ShouldBe(invoice.AmountDue - invoice.Total);
        foreach (var usage in explained.Parts.Select(p => p.Usage).OfType<UsageWorking>())
        {
            usage.Tiers.Sum(t => Pricing.Round(t.Cost)).ShouldBe(usage.Charge.AmountMinor + (usage.Over > 0 ? usage.Minimum.AmountMinor : usage.Tiers.Sum(t => Pricing.Round(t.Cost))));
        }

        foreach (var locale in Locale.All.Values)
        {
            new InvoiceWords(locale, Day).Parts(explained, Voice.Customer).ShouldAllBe(l => !l.Contains('{') && !l.Contains('['));
        }
    });

    private static Gen<InvoiceFacts> AnyInvoice() =>
        from currency in Gen.Elements("usd", "eur", "jpy", "kwd")
        from lines in Gen.ListOf(AnyLine(), 4)
        from off in Gen.Choose(0, 300)
        from tax in Gen.Choose(0, 500)
        from balance in Gen.Choose(-400, 400)
        let total = lines.Sum(l => l.Amount) - off + tax
        select Invoice(total, [.. lines.Select((l, i) => l with { Id = $"il_{i}", SubscriptionItemId = $"si_{i}" })]) with
        {
            Currency = currency,
            Tax = tax,
            Taxes = [new TaxFacts("VAT", 20, false, tax)],
            Discounts = [new DiscountFacts("OFF", "Off", off)],
            BalanceApplied = balance,
            StartingBalance = balance,
            AmountDue = total + balance,
        };

    [Theory]
    [InlineData("en", "Not listed here: 5 of the lines, $5.00 in all. They are on the invoice")]
    [InlineData("de", "Hier nicht aufgeführt: 5 der Positionen, zusammen 5,00")]
    [InlineData("fr", "Non détaillé ici : 5 des lignes, 5,00")]
    [InlineData("es", "Sin detallar aquí: 5 de las líneas, 5,00")]
    [InlineData("ja", "ほか5件")]
    public void Letter_OfManyLines_IsBoundedAndSaysWhatIsLeftOut(string language, string says)
    {
        var lines = Enumerable.Range(0, 30).Select(i => Line($"il_{i}", $"Thing {i}", 100, Flat($"{i}", 100), Start, Start.AddMonths(1))).ToArray();
        var (now, before) = (Invoice(3_000, lines), Invoice(0));
        var comparison = InvoiceComparison.Compare(before, now).TryGet(out var compared, out _) ? compared : null;
        string Letter(int skip, int most) => new InvoiceWords(Locale.All[language], Day).Letter(InvoiceExplanation.Of(now, []), comparison, "LUM-0042", Start, skip: skip, most: most);

        var (letter, next) = (Letter(0, 25).Split('\n'), Letter(25, 25).Split('\n'));

        letter.Count(l => l.StartsWith('-')).ShouldBe(50, "of the changes and of the lines");
        letter[^1].ShouldStartWith(says);
        letter.Length.ShouldBe(1 + 1 + 25 + 1 + 25 + 1);
        next.Count(l => l.StartsWith('-')).ShouldBe(5);
        Letter(0, int.MaxValue).Split('\n').Length.ShouldBe(1 + 1 + 30 + 30);
    }

    private static Gen<InvoiceLineFacts> AnyLine() =>
        from quantity in Gen.Choose(0, 60_000)
        from unit in Gen.Choose(0, 4_000)
        from metered in Gen.Elements(true, false)
        from price in Gen.Elements(
            new PriceFacts("p", unit, "month", 1, metered, []),
            new PriceFacts("p", unit, null, 1, false, []),
            new PriceFacts("p", unit, "year", 1, metered, [], PackageSize: 100),
            new PriceFacts("p", null, "month", 3, metered, [new(1_000, 0, 0), new(20_000, unit / 100m, 0), new(null, unit / 200m, 500)]),
            new PriceFacts("p", null, "week", 1, metered, [new(1_000, 0.7m, 900), new(null, unit / 100m, 0)], Volume: true))
        select Line("il", "Thing", Pricing.Tiers(price, quantity) is { Count: > 0 } tiers ? tiers.Sum(t => Pricing.Round(t.Cost)) : Pricing.Round(Pricing.Cost(price, quantity)!.Value), price, Start, Start.AddMonths(1)) with { Quantity = quantity, Metered = metered };

    private static PartKind Due(InvoiceFacts invoice) => InvoiceExplanation.Of(invoice, []).DueParts.Single().Kind;

    private static InvoiceExplanation Explain(long total, InvoiceLineFacts line) => InvoiceExplanation.Of(Invoice(total, line), []);

    private static IReadOnlyList<string> Agent(InvoiceExplanation explanation) => new InvoiceWords(Locale.English, Day).Parts(explanation, Voice.Agent);

    private static string Customer(InvoiceExplanation explanation, string language) =>
        new InvoiceWords(Locale.All[language], Day).Letter(explanation, null, "LUM-0042", Start);

    private static DateOnly Day(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);

    private static PriceFacts Flat(string id, decimal unit) => new("price_" + id, unit, "month", 1, false, []);

    private static InvoiceLineFacts Usage(decimal used, long amount, PriceFacts price) =>
        Line("il_1", "API calls", amount, price, Start, Start.AddMonths(1)) with { Quantity = used, Metered = true };

    private static InvoiceLineFacts Line(string id, string name, long amount, PriceFacts price, DateTimeOffset from, DateTimeOffset to) =>
        new(id, name, name, amount, 1, price.UnitAmount, price.Id, "prod_" + name, "si_1", price.Metered, false, from, to) { Price = price };

    private static InvoiceFacts Invoice(long total, params InvoiceLineFacts[] lines) =>
        new("in_1", "LUM-0042", "usd", total, total, 0, 0, 0, lines, []) { Status = "paid", Created = Start, SubscriptionId = "sub_1", BillingReason = "subscription_cycle" };
}
