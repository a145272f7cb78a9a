using BillingCopilot.Billing.Invoices;
using BillingCopilot.Billing.Invoices.Explaining;
using BillingCopilot.Billing.Text;
using BillingCopilot.Sandbox.Objects;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace BillingCopilot.Unit.BillingTests.Worlds;

/// <summary>Every invoice of the worlds of ten seeds, explained.</summary>
public sealed class ExplainedInvoicesTests(ITestOutputHelper output)
{
    [Fact]
    public void Explanations_OfEveryInvoiceOfTenSeeds_AddUpToTheCent()
    {
        var (count, kinds, currencies) = (0, new HashSet<PartKind>(), new HashSet<string>());
        foreach (var (world, invoice) in WorldHistory.Ten.SelectMany(w => w.Invoices.Select(i => (w, i))))
        {
            var explained = Explain(world, invoice.Facts);
            explained.Parts.Sum(p => p.Amount.AmountMinor).ShouldBe(invoice.Raw.Whole("total"), invoice.Facts.Id);
            explained.DueParts.Sum(p => p.Amount.AmountMinor).ShouldBe(invoice.Raw.Whole("amount_due") - invoice.Raw.Whole("total"), invoice.Facts.Id);
            explained.Parts.Concat(explained.DueParts).ShouldNotContain(p => p.Kind == PartKind.NotItemised, invoice.Facts.Id);
            explained.Parts.SelectMany(p => p.LineIds).Order().ShouldBe(invoice.Facts.Lines.Select(l => l.Id).Order());
            kinds.UnionWith(explained.Parts.Concat(explained.DueParts).Select(p => p.Kind));
            currencies.Add(invoice.Facts.Currency);
            count++;
        }

        output.WriteLine($"{count} invoices; {string.Join(", ", kinds.Order())}; {string.Join(", ", currencies.Order())}");
        currencies.ShouldBe(["usd", "eur", "jpy", "kwd"], ignoreOrder: true);
        new[] { PartKind.Fixed, PartKind.PerUnit, PartKind.UsageOverage, PartKind.UsageIncluded, PartKind.ProrationCredit, PartKind.ProrationCharge, PartKind.Discount, PartKind.DiscountLast, PartKind.Tax, PartKind.BalanceUsed }.ShouldBeSubsetOf(kinds);
    }

    [Fact]
    public void Changes_OfEveryPairOfInvoicesOfTenSeeds_AddUpToTheDifference()
    {
        var count = 0;
        foreach (var pair in WorldHistory.Ten.SelectMany(w => w.Invoices.Select(i => i.Facts).GroupBy(i => i.SubscriptionId)).SelectMany(g => g.OrderBy(i => i.Created).Zip(g.OrderBy(i => i.Created).Skip(1))))
        {
            InvoiceComparison.Compare(pair.First, pair.Second).ShouldBeOfType<BillingCopilot.Billing.Outcome<InvoiceComparison>.Ok>();
            var comparison = ((BillingCopilot.Billing.Outcome<InvoiceComparison>.Ok)InvoiceComparison.Compare(pair.First, pair.Second)).Value;
            comparison.Changes.Sum(c => c.Amount.AmountMinor).ShouldBe(pair.Second.Total - pair.First.Total, pair.Second.Id);
            comparison.DueChanges.Sum(c => c.Amount.AmountMinor).ShouldBe(pair.Second.AmountDue - pair.First.AmountDue - pair.Second.Total + pair.First.Total, pair.Second.Id);
            comparison.Changes.ShouldNotContain(c => c.Kind == InvoiceChangeKind.NotItemised, pair.Second.Id);
            count++;
        }

        output.WriteLine($"{count} pairs");
        count.ShouldBeGreaterThan(3_000);
    }

    [Fact]
    public void Words_OfEveryInvoiceInEveryLanguage_NameTheTotalAndEveryAmount()
    {
        foreach (var (world, invoice) in WorldHistory.Ten.Take(2).SelectMany(w => w.Invoices.Select(i => (w, i))))
        {
            var explained = Explain(world, invoice.Facts);
            foreach (var locale in Locale.All.Values)
            {
                var letter = new InvoiceWords(locale, Day).Letter(explained, null, invoice.Facts.Number, invoice.Facts.Created);
                letter.ShouldContain(locale.Money(new(invoice.Facts.Total, invoice.Facts.Currency)));
                letter.ShouldNotContain("{");
                foreach (var part in explained.Parts.Where(p => p.Kind is not (PartKind.TaxIncluded or PartKind.Trial)))
                {
                    letter.ShouldContain(locale.Money(part.Amount).TrimStart('-'));
                }
            }
        }
    }

    private static InvoiceExplanation Explain(WorldHistory world, InvoiceFacts invoice) =>
        InvoiceExplanation.Of(invoice, [.. world.Invoices.Select(i => i.Facts).Where(i => i.SubscriptionId == invoice.SubscriptionId && i.Created < invoice.Created)]);

    private static DateOnly Day(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);
}
